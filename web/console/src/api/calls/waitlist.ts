import { ask, type Listed } from '../ask'
import type { Appointment } from '../types'

/** Calls about the waiting list and the timed offers made from it. */
export type WaitlistState = 'waiting' | 'offered' | 'booked' | 'left' | 'expired'
export type OfferState = 'open' | 'taken' | 'declined' | 'expired'
export type OfferReason = 'waitlist' | 'stopped' | 'moved'
export type WaitlistEntry = {
  id: string; organization_id: string; patient_id: string; patient_name: string; department_id: string; department_name: string; department_name_en: string
  practitioner_role_id: string | null; practitioner_name: string | null; title: string | null; service_kind: string | null; from: string; to: string; period: 'am' | 'pm' | 'any'
  joined_at: string; ended_at: string | null; priority: number; state: WaitlistState; ahead: number | null; offered_last_week: number; unanswered: number; offer_id: string | null
}
/** An offered place; confirming `appointment` takes it. */
export type Offer = {
  id: string; organization_id: string; patient_id: string; entry_id: string | null; reason: OfferReason; state: OfferState; made_at: string; expires_at: string; ended_at: string | null
  replaces_appointment_id: string | null; appointment: Appointment
}
export type WaitlistInput = {
  patient_id: string; organization_id: string; department_id: string; practitioner_role_id?: string | null; service_kind?: string | null
  from: string; to: string; period: 'am' | 'pm' | 'any'
}

export const listWaitlist = (query: { organization_id?: string; patient_id?: string; department_id?: string; past?: boolean }) =>
  ask<Listed<WaitlistEntry>>('GET', '/api/waitlist-entries', { query })
export const joinWaitlist = (body: WaitlistInput, key: string) => ask<WaitlistEntry>('POST', '/api/waitlist-entries', { body, key })
export const leaveWaitlist = (id: string, organization_id: string) =>
  ask<WaitlistEntry>('POST', '/api/waitlist-entries/{entry_id}/leave', { path: { entry_id: id }, body: { organization_id } })
export const listOffers = (query: { organization_id?: string; patient_id?: string }) => ask<Listed<Offer>>('GET', '/api/offers', { query })
export const declineOffer = (id: string, organization_id: string) =>
  ask<Offer>('POST', '/api/offers/{offer_id}/decline', { path: { offer_id: id }, body: { organization_id } })

/** How places that were given up return, and how long offers last; `inherited` means the region's. */
export const RETURN_NUMBERS = [
  'cancelled_min_seconds', 'cancelled_max_seconds', 'hold_min_seconds', 'hold_max_seconds', 'at_once_minutes', 'offer_minutes', 'replacement_minutes', 'offer_least_minutes', 'night_from', 'night_until', 'entries_most', 'unanswered_most',
] as const
export type ReturnNumber = (typeof RETURN_NUMBERS)[number]
export type ReturnRules = { organization_id: string; inherited: boolean } & Record<ReturnNumber, number>
export const readReturnRules = (organization_id: string) => ask<ReturnRules>('GET', '/api/return-rules', { query: { organization_id } })
export const saveReturnRules = (body: ReturnRules) => ask<ReturnRules>('PUT', '/api/return-rules', { body })
