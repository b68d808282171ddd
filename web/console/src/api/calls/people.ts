import { api, take } from '../client'

/** Calls of the master index: local patients, their links, and the review queue. */
export const listLocalPatients = (organization_id: string, q: string) =>
  take(api.GET('/api/local-patients', { params: { query: { organization_id, q } } }))
export const linkLocalPatient = (id: string, organization_id: string, patient_id: string, reason: string) =>
  take(api.POST('/api/local-patients/{local_id}/link', { params: { path: { local_id: id } }, body: { organization_id, patient_id, reason } }))
export const breakLink = (id: string, organization_id: string, reason: string) =>
  take(api.POST('/api/local-patients/{local_id}/break', { params: { path: { local_id: id } }, body: { organization_id, reason } }))
export const listLinkMoves = (id: string, organization_id: string) =>
  take(api.GET('/api/local-patients/{local_id}/history', { params: { path: { local_id: id }, query: { organization_id } } }))
export const listMatchReviews = (organization_id: string, state: 'open' | 'decided', cursor?: string) =>
  take(api.GET('/api/match-reviews', { params: { query: { organization_id, state, cursor } } }))
export const decideReview = (id: string, organization_id: string, decision: 'link' | 'reject', reason: string) =>
  take(api.POST('/api/match-reviews/{review_id}/decide', { params: { path: { review_id: id } }, body: { organization_id, decision, reason } }))
