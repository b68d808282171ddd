import { call } from './client'
import type { Appointment, Items } from './types'

// The waiting list, the offers that come of it (or of a stopped clinic), and when places are released.

export type WaitState = 'waiting' | 'offered' | 'booked' | 'left' | 'expired'
export interface WaitEntry {
  id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  department_id: string
  department_name: string
  department_name_en: string
  practitioner_role_id: string | null
  practitioner_name: string | null
  patient_id: string
  patient_name: string
  from: string
  to: string
  period: 'am' | 'pm' | 'any'
  joined_at: string
  state: WaitState
  /** How many stand before this one; null once it no longer waits. */
  ahead: number | null
  /** How many places went to this line in the last seven days. */
  offered_last_week: number
  offer_id: string | null
}
export interface NewWaitEntry {
  patient_id: string
  organization_id: string
  department_id: string
  practitioner_role_id?: string
  service_kind?: string
  from: string
  to: string
  period: 'am' | 'pm' | 'any'
}

export type OfferReason = 'waitlist' | 'stopped' | 'moved'
export type OfferState = 'open' | 'taken' | 'declined' | 'expired'
export interface Offer {
  id: string
  organization_id: string
  patient_id: string
  /** The wait that it ends, when it comes of one. */
  entry_id: string | null
  reason: OfferReason
  state: OfferState
  made_at: string
  expires_at: string
  /** The appointment that this one stands in for, when a clinic was stopped or moved. */
  replaces_appointment_id: string | null
  /** The place that is kept: an appointment in state `held`; confirming it takes the offer. */
  appointment: Appointment
}

export interface Release {
  channel: string
  /** The day of the clinics that are released then. */
  day: string
  opens_at: string
  /** The end of the span in which it opens: the exact second differs by hospital, so that scripts gain nothing. */
  opens_by: string
}

export const joinWaitlist = (given: NewWaitEntry, key: string) =>
  call<WaitEntry>('/waitlist-entries', { method: 'POST', body: given, idempotencyKey: key })
/** Entries that wait, in the order of their lines, then those that are over, the latest first. */
export async function readWaitlist(patientId: string): Promise<Items<WaitEntry>> {
  const read = (past: boolean) =>
    call<Items<WaitEntry>>('/waitlist-entries', { query: { patient_id: patientId, past } })
  const [waiting, over] = await Promise.all([read(false), read(true)])
  return { items: [...waiting.items, ...over.items] }
}
export const leaveWaitlist = (id: string, organizationId: string) =>
  call<WaitEntry>(`/waitlist-entries/${id}/leave`, { method: 'POST', body: { organization_id: organizationId } })

export const readOffers = (patientId: string) => call<Items<Offer>>('/offers', { query: { patient_id: patientId } })
export const declineOffer = (id: string, organizationId: string) =>
  call<Offer>(`/offers/${id}/decline`, { method: 'POST', body: { organization_id: organizationId } })

export const readReleases = (organizationId: string, departmentId?: string) =>
  call<Items<Release>>('/releases', { query: { organization_id: organizationId, department_id: departmentId } })
