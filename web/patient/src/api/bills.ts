import { address, call, headers } from './client'
import { ApiProblem, offlineProblem, unreadableProblem } from './problem'
import type {
  Bill,
  BillDetail,
  BillGlimpse,
  Invoice,
  Items,
  Payment,
  PayRequest,
  PayWish,
  Preview,
  Refund,
  Stay,
} from './types'

// Bills, what would be paid by whom, payments on their way, money on its way back, stays and their deposits, and invoices.
// Money is whole fen.

export type Standing = 'open' | 'settled' | 'all'
/** Bills, newest first; of the whole family when no member is named. */
export const readBills = (standing: Standing, patientId?: string, cursor?: string) =>
  call<Items<Bill>>('/bills', { query: { state: standing, patient_id: patientId, cursor } })
export const readBill = (id: string, organizationId: string) =>
  call<BillDetail>(`/bills/${id}`, { query: { organization_id: organizationId } })
export const readBillByToken = (token: string) => call<BillGlimpse>(`/bills/by-token/${encodeURIComponent(token)}`)

export const previewPayment = (wish: PayWish) => call<Preview>('/payments/preview', { method: 'POST', body: wish })
/** The key is the caller's: the same wish sent twice is one payment. */
export const pay = (wish: PayRequest, key: string) =>
  call<Payment>('/payments', { method: 'POST', body: wish, idempotencyKey: key })
export const readPayment = (id: string, organizationId: string) =>
  call<Payment>(`/payments/${id}`, { query: { organization_id: organizationId } })
export const readPayments = (patientId: string, billId?: string) =>
  call<Items<Payment>>('/payments', { query: { patient_id: patientId, bill_id: billId } })
export const cancelPayment = (id: string, organizationId: string) =>
  call<Payment>(`/payments/${id}/cancel`, { method: 'POST', body: { organization_id: organizationId } })

/** The invoice of a settled bill: the one there is, or a new one. */
export const issueInvoice = (billId: string, organizationId: string) =>
  call<Invoice>(`/bills/${billId}/invoice`, { method: 'POST', body: { organization_id: organizationId } })

/** Every invoice that a bill ever had, in the order they were issued: one that a refund took back is followed by a red one. */
export const readInvoices = (billId: string, organizationId: string) =>
  call<Items<Invoice>>(`/bills/${billId}/invoices`, { query: { organization_id: organizationId } })

/** The stays of the whole family, newest first. */
export const readStays = () => call<Items<Stay>>('/stays')
export const readStay = (id: string, organizationId: string) =>
  call<Stay>(`/stays/${id}`, { query: { organization_id: organizationId } })
/** A bill over money paid in advance; it is paid like any other. The key is the caller's. */
export const payInAdvance = (stay: Stay, amountFen: number, key: string) =>
  call<BillDetail>(`/stays/${stay.id}/deposits`, {
    method: 'POST',
    body: { organization_id: stay.organization_id, amount_fen: amountFen },
    idempotencyKey: key,
  })

/** Fetches an invoice's PDF; answers an address on this phone that can be opened or kept. Rejects with ApiProblem. */
export function fetchInvoice(invoice: Invoice): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url: address(`/invoices/${invoice.id}/pdf`, { organization_id: invoice.organization_id }),
      header: headers(),
      success: (answer) =>
        answer.statusCode === 200
          ? resolve(answer.tempFilePath)
          : reject(new ApiProblem(unreadableProblem(answer.statusCode))),
      fail: () => reject(new ApiProblem(offlineProblem())),
    })
  })
}

export interface BillRefund {
  payment: Payment
  refund: Refund
}
/** Money that went or goes back to these people, the latest first; what was only taken back when a payment failed is left out. */
export async function readRefunds(patientIds: string[]): Promise<BillRefund[]> {
  const read = await Promise.all(patientIds.map((id) => readPayments(id)))
  return read
    .flatMap(({ items }) => items)
    .flatMap((payment) => payment.refunds.filter((one) => one.kind === 'refund').map((refund) => ({ payment, refund })))
    .sort((a, b) => (a.refund.asked_at < b.refund.asked_at ? 1 : -1))
}
