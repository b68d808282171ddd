import { api, idempotency, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type StayView = S['StayView']
export type AdmitRequest = S['AdmitRequest']
export type PriceFound = S['PriceFound']

/** Stays of a hospital that are not settled, or all of one patient there. */
export const listStays = (organization_id: string, patient_id?: string) =>
  take(api.GET('/api/stays', { params: { query: { organization_id, patient_id } } }))
/** A bed's price by name, initials or code. */
export const findBedPrices = (words: string) => take(api.GET('/api/prices', { params: { query: { q: words, kind: 'item', category: 'bed', limit: 20 } } }))
export const admit = (body: AdmitRequest, key: string) => take(api.POST('/api/stays', { body, headers: idempotency(key) }))
/** A bill over money paid in advance; it is paid like any other. */
export const askDeposit = (stay_id: string, organization_id: string, amount_fen: number, key: string) =>
  take(api.POST('/api/stays/{stay_id}/deposits', { params: { path: { stay_id } }, body: { organization_id, amount_fen }, headers: idempotency(key) }))
export const dischargeStay = (stay_id: string, organization_id: string) =>
  take(api.POST('/api/stays/{stay_id}/discharge', { params: { path: { stay_id } }, body: { organization_id } }))
export const resumeStay = (stay_id: string, organization_id: string) =>
  take(api.POST('/api/stays/{stay_id}/resume', { params: { path: { stay_id } }, body: { organization_id } }))
/** In cash at this window, what a settled stay left of its deposit. */
export const returnDeposit = (stay_id: string, organization_id: string, window: string, key: string) =>
  take(api.POST('/api/stays/{stay_id}/return-deposit', { params: { path: { stay_id } }, body: { organization_id, window }, headers: idempotency(key) }))
/** With which insurance a stay is settled; null: the patient pays. */
export const chooseCover = (stay_id: string, organization_id: string, insutype: string | null) =>
  take(api.PUT('/api/stays/{stay_id}/insurance', { params: { path: { stay_id } }, body: { organization_id, insutype, credential: null } }))
export const recordDiagnoses = (stay_id: string, organization_id: string, phase: 'admission' | 'discharge', codes: string[]) =>
  take(api.PUT('/api/stays/{stay_id}/diagnoses', { params: { path: { stay_id } }, body: { organization_id, phase, items: codes.map((code, n) => ({ code, main: n === 0 })) } }))
/** What the insurer did not take or answer is asked again now. */
export const tellInsurerAgain = (stay_id: string, organization_id: string) =>
  take(api.POST('/api/stays/{stay_id}/insurance/retry', { params: { path: { stay_id } }, body: { organization_id } }))
