import { call } from './client'
import type { Items, PractitionerRole } from './types'

// What patients say of a doctor after a finished visit, and the doctors somebody keeps.

export const ASPECTS = ['attitude', 'explanation', 'skill', 'waiting', 'environment'] as const
export type Aspect = (typeof ASPECTS)[number]
export type Scores = Partial<Record<Aspect, number>>

export interface Review {
  id: string
  at: string
  score: number
  scores: Scores
  text: string
  /** `李*` or nothing for somebody who doesn't want to be named. */
  author_masked: string | null
  reply: string | null
  reply_at: string | null
}
export interface ReviewPage {
  review_count: number
  /** Nothing until there are enough reviews to show them without showing who wrote them. */
  review_mean: number | null
  distribution: Record<string, number> | null
  aspects: Scores | null
  items: Review[]
  next?: string | null
}

/** A doctor, with what patients say in numbers. */
export type Doctor = PractitionerRole & { review_count?: number; review_mean?: number | null }

export const readReviews = (roleId: string, organizationId: string, cursor?: string) =>
  call<ReviewPage>(`/practitioner-roles/${roleId}/reviews`, { query: { organization_id: organizationId, cursor } })
export const sendReview = (
  given: { appointment_id: string; organization_id: string; scores: Scores; text: string; anonymous: boolean },
  key: string,
) => call<{ id: string; state: string }>('/reviews', { method: 'POST', body: given, idempotencyKey: key })

export const readFavourites = () => call<Items<Doctor>>('/favourites')
export const keepFavourite = (roleId: string, organizationId: string) =>
  call<void>(`/favourites/${roleId}`, { method: 'PUT', body: { organization_id: organizationId } })
export const dropFavourite = (roleId: string, organizationId: string) =>
  call<void>(`/favourites/${roleId}`, { method: 'DELETE', query: { organization_id: organizationId } })
