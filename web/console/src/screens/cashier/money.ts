import type { BillView, Channel, PaymentView } from '@/api/calls/cashier'

/** `12.3` yuan as typed → 1230 fen; null when it is no amount with at most two places. */
export function fenOf(typed: string): number | null {
  const found = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(typed.trim())
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}

/** Thousandths of a quantity as people write them: 1000 → `1`, 2500 → `2.5`. */
export const quantity = (milli: number): string => String(milli / 1000)

/** Whose code a payer shows: WeChat's begin with 10 to 15 and have 18 digits, Alipay's with 25 to 30 and have 16 to 24. */
export function channelOfCode(code: string): Channel | null {
  if (/^1[0-5]\d{16}$/.test(code)) return 'wechat'
  return /^(?:2[5-9]|30)\d{14,22}$/.test(code) ? 'alipay' : null
}

/** Charges that a payment paid and that no refund has taken back yet. */
export function refundable(payment: PaymentView): string[] {
  const gone = new Set(payment.refunds.filter((r) => r.state !== 'failed').flatMap((r) => r.charge_ids))
  return ['settled', 'part_refunded'].includes(payment.state) ? payment.charge_ids.filter((id) => !gone.has(id)) : []
}

/** Lines of a bill that nobody has paid or is paying. */
export function unpaidLines(bill: BillView, payments: PaymentView[]): BillView['items'] {
  const taken = new Set(payments.filter((p) => p.state !== 'failed').flatMap((p) => p.charge_ids))
  return bill.items.filter((line) => !line.countered && !line.counters_id && !taken.has(line.id))
}

/** Whole pieces of a line, of which some may go back; 1 when it goes back whole only (one piece, or sold by weight). */
export const piecesOf = (line: BillView['items'][number]): number => (line.cnt_milli % 1000 ? 1 : line.cnt_milli / 1000)

/** What goes back for so many pieces of a line: the line less what stays of it, rounded as the line itself was. */
export function backFen(line: BillView['items'][number], pieces: number): number {
  const kept = line.cnt_milli - pieces * 1000
  return pieces >= piecesOf(line) ? line.amount_fen : line.amount_fen - Math.floor((kept * line.unit_price_fen + 500) / 1000)
}
