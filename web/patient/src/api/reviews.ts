import { call } from './client'
import type { Items, PractitionerRole } from './types'

// What patients say of a doctor after a finished visit, and the doctors somebody keeps.

export const ASPECTS = ['attitude', 'explanation', 'skill', 'waiting', 'environment'] as const
export type Aspect = (typeof ASPECTS)[number]
export type Scores = Record<Aspect, number>

export type ReviewState = 'pending' | 'published' | 'hidden' | 'withdrawn'
export interface Review {
  id: string
  written_at: string
  /** `李*`, or nothing for somebody who doesn't want to be named. */
  author: string
  anonymous: boolean
  scores: Scores
  mean: number
  text: string
  state: ReviewState
  reply: string | null
  replied_at: string | null
  mine: boolean
}
export interface ReviewSummary {
  count: number
  /** Nothing until there are `shown_from` reviews: fewer would show who wrote them. */
  mean: number | null
  distribution: Record<string, number> | null
  aspects: Partial<Scores> | null
  shown_from: number
}
export interface ReviewPage extends Items<Review> {
  summary: ReviewSummary
}

/** A doctor, with what patients say in numbers. */
export type Doctor = PractitionerRole & { review_count?: number | null; review_mean?: number | null }
export interface Favourite {
  kind: 'role' | 'department'
  target_id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  department_id: string
  department_name: string
  department_name_en: string
  practitioner: Doctor | null
}

export const readReviews = (roleId: string, organizationId: string, cursor?: string) =>
  call<ReviewPage>(`/practitioner-roles/${roleId}/reviews`, { query: { organization_id: organizationId, cursor } })
/** What somebody of the family wrote about a visit; a refusal with status 404 when nobody did. */
export const readOwnReview = (appointmentId: string, organizationId: string) =>
  call<Review>(`/appointments/${appointmentId}/review`, { query: { organization_id: organizationId } })
export const sendReview = (
  given: { appointment_id: string; organization_id: string; scores: Scores; text: string; anonymous: boolean },
  key: string,
) => call<Review>('/reviews', { method: 'POST', body: given, idempotencyKey: key })
/** Takes a review back: its words are erased and its stars count no more. */
export const withdrawReview = (id: string, organizationId: string) =>
  call<Review>(`/reviews/${id}`, { method: 'DELETE', query: { organization_id: organizationId } })

type Kind = Favourite['kind']
export const readFavourites = () => call<Items<Favourite>>('/favourites')
export const keepFavourite = (id: string, organizationId: string, kind: Kind = 'role') =>
  call<unknown>(`/favourites/${id}`, { method: 'PUT', query: { organization_id: organizationId, kind } })
export const dropFavourite = (id: string, organizationId: string, kind: Kind = 'role') =>
  call<unknown>(`/favourites/${id}`, { method: 'DELETE', query: { organization_id: organizationId, kind } })
