import { address, call } from './client'
import type { Bilingual, Items } from './types'

// Clinics that release by draw: requests are collected, the seed is sealed before and shown after.

export type DrawState = 'announced' | 'open' | 'closed' | 'drawn' | 'cancelled'
export interface Stratum {
  code: string
  title: Bilingual
  /** So many places are kept for this class; nothing: all of it goes before the next class. */
  places?: number | null
}
export interface DrawSlot {
  slot_id: string
  schedule_id: string
  start_at: string
  end_at: string
  places: number
  practitioner_name: string | null
  title: string | null
  service_name: string
  service_name_en: string
  fee_fen: number
}
export interface Draw {
  id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  department_id: string
  department_name: string
  department_name_en: string
  title: Bilingual
  state: DrawState
  opens_at: string
  closes_at: string
  /** When the seed is shown and the draw is drawn. */
  reveal_at: string
  /** How long a winner has to confirm. */
  claim_hours: number
  choices_max: number
  strata: Stratum[]
  slots: DrawSlot[]
  places: number
  requests: number
  /** SM3 of the seed, published before anybody may ask. */
  commitment: string
  seed: string | null
  requests_root: string | null
  beacon_source: string | null
  beacon: string | null
  cancelled_reason: string | null
}
export type RequestState = 'entered' | 'won' | 'lost' | 'withdrawn'
export interface DrawRequest {
  id: string
  draw_id: string
  organization_id: string
  patient_id: string
  choices: string[]
  stratum: string
  stratum_title: Bilingual
  state: RequestState
  /** Whoever loses stands in the department's waiting list for the days they had chosen. */
  waitlist: boolean
  /** With the salt the person can show that the published line is theirs; nobody else can tell. */
  salt: string
  identity: string
  leaf: string
  /** Its place in the order that was drawn, from 1. */
  rank: number | null
  offer: {
    slot_id: string
    start_at: string
    appointment_id: string | null
    outcome: 'offered' | 'claimed' | 'lapsed' | 'declined' | 'cancelled' | 'blocked'
    expires_at: string | null
  } | null
}

/** What is published when a draw closes, and completed when it is drawn. Anybody can check it. */
export interface Publication {
  terms: {
    draw_id: string
    commitment: string
    beacon_source: string | null
    strata: { code: string; places: number | null }[]
    slots: { slot_id: string; places: number }[]
    [field: string]: unknown
  }
  terms_digest: string
  requests: { leaf: string; identity: string; stratum: string; choices: string[] }[]
  root: string
  beacon?: string | null
  /** Nothing until the draw is drawn, like what follows from it. */
  seed?: string | null
  results?: { rank: number; leaf: string; turn: number; ticket: string; slot_id: string | null }[]
}

export const readDraws = (organizationId?: string) =>
  call<Items<Draw>>('/draws', { query: { organization_id: organizationId } })
export const readDraw = (id: string) => call<Draw>(`/draws/${id}`)
export const readMyRequests = (id: string) => call<Items<DrawRequest>>(`/draws/${id}/my-requests`)
export const enterDraw = (
  id: string,
  given: { patient_id: string; choices: string[]; waitlist: boolean },
  key: string,
) => call<DrawRequest>(`/draws/${id}/requests`, { method: 'POST', body: given, idempotencyKey: key })
export const withdrawRequest = (id: string, requestId: string) =>
  call<DrawRequest>(`/draws/${id}/requests/${requestId}`, { method: 'DELETE' })
export const readPublication = (id: string) => call<Publication>(`/draws/${id}/publication`)
/** Where anybody gets the published file. */
export const publicationAddress = (id: string): string => address(`/draws/${id}/publication`)
