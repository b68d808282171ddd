import { call } from './client'
import type { Items, PhoneChallenge } from './types'

// What keeps somebody from booking for a while, and how it is appealed.

export interface Ban {
  id: string
  patient_id: string
  organization_id: string
  organization_name: string
  /** Why, as a code; the words come from `banReason.*`. */
  reason: string
  /** How many visits were missed. */
  counted: number
  made_at: string
  until: string
  in_force: boolean
  appeal: string | null
  appealed_at: string | null
  decided_at: string | null
  lifted: boolean | null
  decision: string | null
}

export const readBans = (patientId: string) => call<Items<Ban>>('/bans', { query: { patient_id: patientId } })
export const appealBan = (id: string, text: string, key: string) =>
  call<Ban>(`/bans/${id}/appeal`, { method: 'POST', body: { text }, idempotencyKey: key })
/** Asks for a code that answers `phone-code-needed`. */
export const askBookingCode = (phone: string) =>
  call<PhoneChallenge>('/sign-in/phone-codes', { method: 'POST', body: { phone, purpose: 'booking' } })
