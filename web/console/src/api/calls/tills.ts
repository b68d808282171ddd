import { api, idempotency, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type CashCount = S['CashCountView']

/** The counts of a day that stand, by window and time. */
export const listCounts = (organization_id: string, day: string) =>
  take(api.GET('/api/cash-counts', { params: { query: { organization_id, day } } }))
/** What is in a till beyond its float; the answer says how much the books have of the same stretch. */
export const countCash = (body: S['CountRequest'], key: string) =>
  take(api.POST('/api/cash-counts', { body, headers: idempotency(key) }))
