import { api, idempotency, take } from '../client'

/** Calls of oversight: event trail, parked events, reactors, terminals, dashboard. */
export type EventQuery = {
  organization_id?: string; type?: string; subject_type?: string; subject_id?: string; actor?: string; from?: string; to?: string; cursor?: string
}

export const listEvents = (query: EventQuery) => take(api.GET('/api/events', { params: { query } }))
export const eventStreamPath = (organization_id?: string) =>
  `/api/events/stream${organization_id ? `?organization_id=${organization_id}` : ''}`
export const listParkedEvents = () => take(api.GET('/api/parked-events'))
export const retryParked = (id: string, reason: string) =>
  take(api.POST('/api/parked-events/{parked_id}/retry', { params: { path: { parked_id: id } }, body: { reason } }))
export const discardParked = (id: string, reason: string) =>
  take(api.POST('/api/parked-events/{parked_id}/discard', { params: { path: { parked_id: id } }, body: { reason } }))
export const listReactors = () => take(api.GET('/api/system/reactors'))
export const readHealth = () => take(api.GET('/api/health'))
export const listTerminals = (organization_id: string) =>
  take(api.GET('/api/terminals', { params: { query: { organization_id } } }))
export const addTerminal = (body: { organization_id: string; kind: 'kiosk' | 'hall' | 'gate'; name: string; location_id?: string | null }, key: string) =>
  take(api.POST('/api/terminals', { body, headers: idempotency(key) }))
export const readDashboard = (organization_id: string, date: string) =>
  take(api.GET('/api/dashboard', { params: { query: { organization_id, date } } }))
