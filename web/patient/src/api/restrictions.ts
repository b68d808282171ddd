import { call } from './client'
import type { Bilingual, Items, PhoneChallenge } from './types'

// What keeps somebody from booking for a while, and how it is appealed.

export interface Ban {
  id: string
  patient_id: string
  /** The hospital that set it; null for the whole region. */
  organization_id: string | null
  since: string
  until: string
  reason: Bilingual
  appealed_at: string | null
  appeal_text: string | null
  decided_at: string | null
  lifted: boolean | null
  decision_reason: string | null
}

export const readBans = (patientId: string) => call<Items<Ban>>('/bans', { query: { patient_id: patientId } })
export const appealBan = (id: string, text: string, key: string) =>
  call<Ban>(`/bans/${id}/appeal`, { method: 'POST', body: { text }, idempotencyKey: key })
/** Asks for a code that answers `phone-code-needed`. */
export const askBookingCode = (phone: string) =>
  call<PhoneChallenge>('/sign-in/phone-codes', { method: 'POST', body: { phone, purpose: 'booking' } })
