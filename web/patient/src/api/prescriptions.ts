import { call } from './client'
import type { Point } from './care'
import type {
  Items,
  Medication,
  NationalStanding,
  PartRow,
  PartView,
  PriceComparison,
  PurchaseRequest,
  PurchaseWish,
  VerifiedPrescription,
  WholePrescription,
} from './types'

// The parts of a prescription on their way through pharmacies, what pharmacies ask for them, and what was handed out.
// Money is whole fen, distances are metres.

export const readParts = (patientId: string) =>
  call<Items<PartRow>>('/prescription-parts', { query: { patient_id: patientId } })
export const readPart = (id: string, organizationId: string) =>
  call<PartView>(`/prescription-parts/${id}`, { query: { organization_id: organizationId } })

/** Opens a part to whoever is shown its code, or to one pharmacy; once more while it is open: another code. */
export const releasePart = (part: PartRow, pharmacyId?: string) =>
  call<PartView>(`/prescription-parts/${part.id}/release`, {
    method: 'POST',
    body: { organization_id: part.organization_id, version: part.version, pharmacy_id: pharmacyId ?? null },
  })
/** The patient does not want the part; there is no way back. */
export const withdrawPart = (part: PartRow) =>
  call<PartView>(`/prescription-parts/${part.id}/withdraw`, {
    method: 'POST',
    body: { organization_id: part.organization_id, version: part.version },
  })

/** What the pharmacies around a point ask for a part. */
export const comparePrices = (id: string, organizationId: string, around: Point, radiusM: number) =>
  call<PriceComparison>(`/prescription-parts/${id}/prices`, {
    query: { organization_id: organizationId, ...around, radius_m: radiusM },
  })

/** The key is the caller's: the same wish sent twice is one request. */
export const publishRequest = (wish: PurchaseWish, key: string) =>
  call<PurchaseRequest>('/purchase-requests', { method: 'POST', body: wish, idempotencyKey: key })
export const withdrawRequest = (request: PurchaseRequest) =>
  call<PurchaseRequest>(`/purchase-requests/${request.id}/withdraw`, {
    method: 'POST',
    body: { organization_id: request.organization_id },
  })
export const takeOffer = (request: PurchaseRequest, offerId: string) =>
  call<PurchaseRequest>(`/purchase-requests/${request.id}/choose`, {
    method: 'POST',
    body: { organization_id: request.organization_id, offer_id: offerId },
  })

export const readMedications = (patientId: string) => call<Items<Medication>>(`/patients/${patientId}/medications`)
/** Turns reminders on or off; without times those that are set stay. */
export const setReminder = (patientId: string, drug: Medication, remind: boolean, times: string[]) =>
  call<Medication>(`/patients/${patientId}/medications/${drug.dispense_id}/${drug.line}/reminder`, {
    method: 'PUT',
    body: { pharmacy_id: drug.pharmacy_id, remind, times },
  })

/** Where a prescription stands at the national platform; without a state it was not sent there. */
export const readNational = (part: PartRow) =>
  call<NationalStanding>(`/prescriptions/${part.prescription_id}/national`, {
    query: { organization_id: part.organization_id },
  })
export const readPrescription = (part: PartRow) =>
  call<WholePrescription>(`/prescriptions/${part.prescription_id}`, {
    query: { organization_id: part.organization_id },
  })

export const verifyPrescription = (token: string) =>
  call<VerifiedPrescription>('/prescriptions/verify', { query: { token } })
