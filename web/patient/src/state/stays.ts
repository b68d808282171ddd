import { readStays } from '@/api/bills'
import type { Bill, Stay } from '@/api/types'

/** How a stay's state looks as a tag. */
export const STAY_TAG: Readonly<Record<Stay['state'], string>> = {
  running: '',
  closing: 'tag--warm',
  settled: 'tag--ok',
}

/** The bills of stays that still run: they are settled when the patient leaves, so nothing of them is due now. */
export function runningBills(stays: readonly Stay[]): Set<string> {
  return new Set(stays.filter((one) => one.state === 'running').map((one) => one.bill_id))
}

/** Bills without those of stays that still run; the stays are only asked for when one may be among them. */
export async function dueNow(bills: Bill[]): Promise<Bill[]> {
  if (!bills.some((one) => one.kind === 'inpatient')) return bills
  const running = runningBills((await readStays()).items)
  return bills.filter((one) => !running.has(one.id))
}

/** Amounts to offer for paying in advance, in whole fen: what is short first, then round ones above it. */
export function depositChoices(shortFen: number): number[] {
  const round = [100_000, 200_000, 500_000, 1_000_000]
  return shortFen > 0 ? [shortFen, ...round.filter((one) => one > shortFen)].slice(0, 4) : round
}

/** Typed yuan as whole fen; null when it is no amount of money. */
export function fenOf(typed: string): number | null {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim())
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}
/** The least and the most that one deposit may be, as the server takes it. */
export const DEPOSIT_LEAST_FEN = 100
export const DEPOSIT_MOST_FEN = 100_000_000
