import { api, idempotency, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type Sheet = S['Sheet']
export type Line = S['LineRequest']
export type DrugFound = S['DrugFound']
export type Checked = S['Checked']
export type Verdict = S['Verdict']
export type Prescription = S['PrescriptionView']
export type National = S['NationalView']
export type PrescriptionRow = S['PrescriptionRow']
export type Choices = S['Choices']
export type Visit = S['EncounterView']

const path = (prescription_id: string) => ({ params: { path: { prescription_id } } })

export const findDrugs = (organization_id: string, q: string) => take(api.GET('/api/drugs', { params: { query: { organization_id, q } } }))
export const readChoices = () => take(api.GET('/api/prescriptions/choices'))
export const listVisits = (organization_id: string) => take(api.GET('/api/encounters', { params: { query: { organization_id } } }))
/** What the rules say about a sheet as it stands; nothing is kept. */
export const checkSheet = (body: Sheet) => take(api.POST('/api/prescriptions/check', { body }))
export const beginPrescription = (body: Sheet, key: string) => take(api.POST('/api/prescriptions', { body, headers: idempotency(key) }))
export const savePrescription = (id: string, version: number, sheet: Sheet) => take(api.PUT('/api/prescriptions/{prescription_id}', { ...path(id), body: { version, sheet } }))
export const signPrescription = (id: string, organization_id: string, version: number) =>
  take(api.POST('/api/prescriptions/{prescription_id}/sign', { ...path(id), body: { organization_id, version } }))
export const countersignPrescription = (id: string, organization_id: string, version: number, reason: string) =>
  take(api.POST('/api/prescriptions/{prescription_id}/countersign', { ...path(id), body: { organization_id, version, reason } }))
export const listPrescriptions = (organization_id: string, encounter_id: string) =>
  take(api.GET('/api/prescriptions', { params: { query: { organization_id, encounter_id } } }))
/** Where it stands at the national platform; without a state it was not sent there. */
export const readNational = (id: string, organization_id: string) =>
  take(api.GET('/api/prescriptions/{prescription_id}/national', { params: { path: { prescription_id: id }, query: { organization_id } } }))
export const readPrescription = (id: string, organization_id: string) =>
  take(api.GET('/api/prescriptions/{prescription_id}', { params: { path: { prescription_id: id }, query: { organization_id } } }))
export const listWaiting = (organization_id: string) => take(api.GET('/api/prescription-reviews', { params: { query: { organization_id } } }))
export const reviewPrescription = (id: string, body: S['PharmacistDecision']) => take(api.POST('/api/prescriptions/{prescription_id}/review', { ...path(id), body }))
/** The sheet as PDF, with the code that leads to its verification. */
export const readPaper = async (id: string, organization_id: string): Promise<Blob> =>
  (await take(api.GET('/api/prescriptions/{prescription_id}/pdf', { params: { path: { prescription_id: id }, query: { organization_id } }, parseAs: 'blob' }))) as Blob
