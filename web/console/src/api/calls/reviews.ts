import { ask, type Listed } from '../ask'

/** Calls about what patients wrote after a finished visit. */
export const ASPECTS = ['attitude', 'explanation', 'skill', 'waiting', 'environment'] as const
export type Aspect = (typeof ASPECTS)[number]
export type ReviewState = 'published' | 'pending' | 'hidden'
export type Review = {
  id: string; organization_id: string; practitioner_role_id: string | null; practitioner_name: string | null; department_name: string; written_at: string; visited_on: string
  author: string; anonymous: boolean; scores: Partial<Record<Aspect, number>>; mean: number; text: string; state: ReviewState; held_reason: string | null; reply: string | null; replied_at: string | null; hidden_reason: string | null
}
export type ReviewSummary = { count: number; mean: number | null; distribution: Record<string, number> | null; aspects: Partial<Record<Aspect, number>> | null; shown_from: number }

export const listReviews = (query: { organization_id: string; state?: ReviewState; practitioner_role_id?: string; cursor?: string }) =>
  ask<Listed<Review>>('GET', '/api/reviews', { query })
export const readDoctorReviews = (role_id: string, organization_id: string) =>
  ask<{ summary: ReviewSummary; items: Review[]; next: string | null }>('GET', '/api/practitioner-roles/{role_id}/reviews', { path: { role_id }, query: { organization_id } })
export const replyReview = (id: string, organization_id: string, text: string) =>
  ask<Review>('POST', '/api/reviews/{review_id}/reply', { path: { review_id: id }, body: { organization_id, text } })
export const hideReview = (id: string, organization_id: string, reason: string) =>
  ask<Review>('POST', '/api/reviews/{review_id}/hide', { path: { review_id: id }, body: { organization_id, reason } })
export const publishReview = (id: string, organization_id: string) =>
  ask<Review>('POST', '/api/reviews/{review_id}/publish', { path: { review_id: id }, body: { organization_id } })
