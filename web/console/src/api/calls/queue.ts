import { api, take } from '../client'
import type { DiagnosesRequest, EncounterNote } from '../types'

/** Calls of the doctor's room: the queue and the encounter. */
export const listQueues = (organization_id: string, date?: string) =>
  take(api.GET('/api/queues', { params: { query: { organization_id, date } } }))
export const readQueue = (schedule_id: string, organization_id: string) =>
  take(api.GET('/api/queues/{schedule_id}', { params: { path: { schedule_id }, query: { organization_id } } }))
export const queueStreamPath = (schedule_id: string, organization_id: string) =>
  `/api/queues/${schedule_id}/stream?organization_id=${organization_id}`
export const callNext = (schedule_id: string, organization_id: string) =>
  take(api.POST('/api/queues/{schedule_id}/call-next', { params: { path: { schedule_id } }, body: { organization_id } }))
export const recallEntry = (id: string, organization_id: string) =>
  take(api.POST('/api/queue-entries/{entry_id}/recall', { params: { path: { entry_id: id } }, body: { organization_id } }))
export const skipEntry = (id: string, organization_id: string) =>
  take(api.POST('/api/queue-entries/{entry_id}/skip', { params: { path: { entry_id: id } }, body: { organization_id } }))
export const returnEntry = (id: string, organization_id: string) =>
  take(api.POST('/api/queue-entries/{entry_id}/return', { params: { path: { entry_id: id } }, body: { organization_id } }))
export const startEntry = (id: string, organization_id: string) =>
  take(api.POST('/api/queue-entries/{entry_id}/start', { params: { path: { entry_id: id } }, body: { organization_id } }))
export const readEncounter = (id: string, organization_id: string) =>
  take(api.GET('/api/encounters/{encounter_id}', { params: { path: { encounter_id: id }, query: { organization_id } } }))
export const saveEncounter = (id: string, body: EncounterNote) =>
  take(api.PUT('/api/encounters/{encounter_id}', { params: { path: { encounter_id: id } }, body }))
export const finishEncounter = (id: string, body: EncounterNote) =>
  take(api.POST('/api/encounters/{encounter_id}/finish', { params: { path: { encounter_id: id } }, body }))
export const findDiagnosisCodes = (q: string) => take(api.GET('/api/diagnosis-codes', { params: { query: { q } } }))
export const recordDiagnoses = (id: string, body: DiagnosesRequest) =>
  take(api.PUT('/api/encounters/{encounter_id}/diagnoses', { params: { path: { encounter_id: id } }, body }))
export const listEncounters = (patient_id: string) =>
  take(api.GET('/api/encounters', { params: { query: { patient_id } } }))
export const readHall = (location_id: string, organization_id: string) =>
  take(api.GET('/api/halls/{location_id}', { params: { path: { location_id }, query: { organization_id } } }))
export const hallStreamPath = (location_id: string, organization_id: string) =>
  `/api/halls/${location_id}/stream?organization_id=${organization_id}`
