import { api, idempotency, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type BillRow = S['BillRow']
export type BillView = S['BillView']
export type Preview = S['Preview']
export type PayWish = S['PayWish']
export type PaymentView = S['PaymentView']
export type PaymentPart = S['billing_payments_schemas_PartView']
export type Channel = S['ChannelChoice']['channel']
export type Scene = S['ChannelChoice']['scene']
export type Credential = S['Credential']
export type Resolved = S['Resolved']
export type ShownKind = Resolved['kind']
export type KeptDifference = S['DifferenceView']

/** The step of care that a credential is shown at (用卡环节): paying at a window. */
const PAYING = '010105'
/** Whose health card, social-security card or insurance voucher a scanner read; the answer says which it was. */
export const resolveCredential = (organization_id: string, text: string, second_factor?: { challenge_id: string; code: string }) =>
  take(api.POST('/api/credentials/resolve', { body: { organization_id, text, scene: PAYING, second_factor: second_factor ?? null } }))
/** A printed health card needs the code that goes to its holder's phone. */
export const challengePrinted = (organization_id: string, text: string) =>
  take(api.POST('/api/cards/static-challenge', { body: { organization_id, text } }))
/** What the code on a bill opens, at whichever hospital. */
export const billByToken = (token: string) => take(api.GET('/api/bills/by-token/{token}', { params: { path: { token } } }))
/** What channels said of payments and was not taken. */
export const listDifferences = (organization_id: string, cursor?: string) =>
  take(api.GET('/api/payment-differences', { params: { query: { organization_id, cursor } } }))

export const listBills = (organization_id: string, patient_id: string, state: 'open' | 'settled' | 'all') =>
  take(api.GET('/api/bills', { params: { query: { organization_id, patient_id, state } } }))
export const readBill = (id: string, organization_id: string) =>
  take(api.GET('/api/bills/{bill_id}', { params: { path: { bill_id: id }, query: { organization_id } } }))
/** Who would pay what, and why; nothing is asked of anybody yet but the insurer. */
export const previewPayment = (body: PayWish) => take(api.POST('/api/payments/preview', { body }))
export const pay = (body: PayWish & { confirmed_fen: number }, key: string) =>
  take(api.POST('/api/payments', { body, headers: idempotency(key) }))
export const readPayment = (id: string, organization_id: string) =>
  take(api.GET('/api/payments/{payment_id}', { params: { path: { payment_id: id }, query: { organization_id } } }))
export const listPayments = (query: { organization_id: string; bill_id?: string; patient_id?: string; state?: 'stuck' | 'open' | 'cash' | 'all' }) =>
  take(api.GET('/api/payments', { params: { query } }))
export const cancelPayment = (id: string, organization_id: string) =>
  take(api.POST('/api/payments/{payment_id}/cancel', { params: { path: { payment_id: id } }, body: { organization_id } }))
export const retryPayment = (id: string, organization_id: string) =>
  take(api.POST('/api/payments/{payment_id}/retry', { params: { path: { payment_id: id } }, body: { organization_id } }))
export const takeCash = (id: string, organization_id: string, amount_fen: number, window: string) =>
  take(api.POST('/api/payments/{payment_id}/cash', { params: { path: { payment_id: id } }, body: { organization_id, amount_fen, window } }))
export const returnCash = (id: string, organization_id: string, amount_fen: number, window: string) =>
  take(api.POST('/api/payments/{payment_id}/cash-returned', { params: { path: { payment_id: id } }, body: { organization_id, amount_fen, window } }))
export const refundPayment = (id: string, body: { organization_id: string; charge_ids: string[] | null; quantities: S['LineQuantity'][]; reason: string; window: string | null }, key: string) =>
  take(api.POST('/api/payments/{payment_id}/refunds', { params: { path: { payment_id: id } }, body, headers: idempotency(key) }))
