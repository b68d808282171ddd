import { api, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type Wall = S['Wall']
export type WallRequest = S['WallRequest']
export type CustodyRow = S['CustodyRow']
export type Custody = S['CustodyView']
export type CustodyLine = S['CustodyLine']
export type DispenseView = S['DispenseView']
export type Delivery = S['DeliveryView']
export type LineOut = S['LineOut']
export type LineBack = S['LineBack']
export type Pharmacy = S['PharmacyFound']
export type PharmacyCard = S['PharmacyCard']
export type OpeningHours = S['OpeningHours']
export type ShelfRow = S['ShelfRow']
export type ShelfResult = S['ShelfResult']
export type RecallFound = S['RecallFound']

/** A prescription's part at a hospital, as one pharmacy holds it. */
export type Held = { part_id: string; organization_id: string; pharmacy_id: string }
export const GIVE_BACK_REASONS = ['out_of_stock', 'cannot_deliver', 'patient_wish', 'error'] as const
export const RETURN_REASONS = ['quality', 'adverse_reaction', 'wrong_drug', 'recall'] as const
export const FAIL_REASONS = ['nobody_there', 'refused', 'address_wrong'] as const

const whose = ({ organization_id, pharmacy_id }: Held) => ({ organization_id, pharmacy_id })
const at = ({ part_id }: Held) => ({ params: { path: { part_id } } })

export const wallStreamPath = (pharmacy_id: string) => `/api/pharmacies/${pharmacy_id}/wall/stream`
/** Of many pharmacies the first one gets it; the others are refused with `part-taken`. */
export const grabRequest = (request: WallRequest, pharmacy_id: string) =>
  take(api.POST('/api/purchase-requests/{request_id}/grab', { params: { path: { request_id: request.id } }, body: { organization_id: request.organization_id, pharmacy_id } }))
/** Where the patient compares prices; sent again it changes one's offer. */
export const makeOffer = (request: WallRequest, pharmacy_id: string, terms: Pick<S['OfferRequest'], 'total_fen' | 'delivery_fee_fen' | 'ready_minutes'>) =>
  take(api.POST('/api/purchase-requests/{request_id}/offers', { params: { path: { request_id: request.id } }, body: { organization_id: request.organization_id, pharmacy_id, ...terms } }))

/** What the patient shows at the counter: the code or the whole link of the QR. */
export const takeByCode = (pharmacy_id: string, code: string) => take(api.POST('/api/custodies', { body: { pharmacy_id, code } }))
export const readCustody = (held: Held) => take(api.GET('/api/custodies/{part_id}', { params: { path: { part_id: held.part_id }, query: whose(held) } }))
export const giveBack = (held: Held, secret: string, reason: S['GiveBackRequest']['reason']) =>
  take(api.POST('/api/custodies/{part_id}/give-back', { ...at(held), body: { ...whose(held), secret, reason } }))
/** Hands lines out; with `secret` it was the last time and the custody ends. */
export const dispense = (held: Custody, lines: LineOut[], secret: string | null) =>
  take(api.POST('/api/custodies/{part_id}/dispense', { ...at(held), body: { ...whose(held), version: held.version, lines, last: secret !== null, secret } }))
export const closeCustody = (held: Custody, secret: string) =>
  take(api.POST('/api/custodies/{part_id}/close', { ...at(held), body: { ...whose(held), version: held.version, secret } }))
export const takeBack = (held: Custody, lines: LineBack[], reason: S['prescriptions_dispensing_schemas_ReturnRequest']['reason']) =>
  take(api.POST('/api/custodies/{part_id}/return', { ...at(held), body: { ...whose(held), version: held.version, lines, reason } }))

export const sendDelivery = (held: Custody, courier_name: string, courier_phone: string) =>
  take(api.POST('/api/custodies/{part_id}/delivery', { ...at(held), body: { ...whose(held), courier_name, courier_phone } }))
export const deliveryArrived = (delivery_id: string, pharmacy_id: string, code: string) =>
  take(api.POST('/api/deliveries/{delivery_id}/arrive', { params: { path: { delivery_id } }, body: { pharmacy_id, code } }))
export const deliveryFailed = (delivery_id: string, pharmacy_id: string, reason: S['FailRequest']['reason']) =>
  take(api.POST('/api/deliveries/{delivery_id}/fail', { params: { path: { delivery_id } }, body: { pharmacy_id, reason } }))

/** Where a package went out; `not-found` when it never did. */
export const readTrace = (code: string) => take(api.GET('/api/trace-codes/{code}', { params: { path: { code } } }))
/** Everybody who still has something of a batch of a drug, or of one package; without a pharmacy in the whole region. */
export const findRecalls = (query: { pharmacy_id?: string; drug_code?: string; batch?: string; code?: string }) =>
  take(api.GET('/api/recalls', { params: { query } }))

export const readPharmacy = (pharmacy_id: string) => take(api.GET('/api/pharmacies/{pharmacy_id}', { params: { path: { pharmacy_id } } }))
export const savePharmacy = (pharmacy_id: string, body: PharmacyCard) => take(api.PUT('/api/pharmacies/{pharmacy_id}', { params: { path: { pharmacy_id } }, body }))
export const readShelf = (pharmacy_id: string, q: string, cursor?: string | null) =>
  take(api.GET('/api/pharmacies/{pharmacy_id}/shelf', { params: { path: { pharmacy_id }, query: { q, cursor } } }))
/** Good rows are kept, bad ones named; `replace` empties whatever is not named. */
export const fillShelf = (pharmacy_id: string, body: S['ShelfUpload']) =>
  take(api.POST('/api/pharmacies/{pharmacy_id}/shelf', { params: { path: { pharmacy_id } }, body }))
