import { api, idempotency, take } from '../client'
import type { DeskRegistration } from '../types'

/** Calls of the front desk about people and their cards. */
export const searchPatients = (organization_id: string, text: string) =>
  take(api.POST('/api/patient-searches', { body: { organization_id, text } }))
/** By card code or the hospital's own number, never by name: one person or nobody. */
export const identifyPatient = (organization_id: string, text: string) =>
  take(api.POST('/api/patient-identifications', { body: { organization_id, text } }))
export const registerAtDesk = (body: DeskRegistration, key: string) =>
  take(api.POST('/api/patients/at-desk', { body, headers: idempotency(key) }))
export const readStaticCode = (patient_id: string) =>
  take(api.GET('/api/patients/{patient_id}/card/static-code', { params: { path: { patient_id } } }))
export const freezeCard = (patient_id: string) =>
  take(api.POST('/api/patients/{patient_id}/card/freeze', { params: { path: { patient_id } } }))
export const unfreezeCard = (patient_id: string) =>
  take(api.POST('/api/patients/{patient_id}/card/unfreeze', { params: { path: { patient_id } } }))
