import { call } from './client'
import type { Items } from './types'

// Clinics that release by draw: requests are collected, the seed is sealed before and shown after.

export type DrawState = 'announced' | 'open' | 'closed' | 'drawn' | 'cancelled'
export interface DrawSlot {
  slot_id: string
  schedule_id: string
  start_at: string
  end_at: string
  places: number
  practitioner_name: string | null
  title: string | null
  fee_fen: number
}
export interface Draw {
  id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  department_name: string
  department_name_en: string
  name: string
  name_en: string
  state: DrawState
  opens_at: string
  closes_at: string
  places: number
  requests: number
  most_choices: number
  /** SM3 of the seed, published when the draw opens. */
  seed_commitment: string
  seed: string | null
  requests_root: string | null
  slots: DrawSlot[]
}
export type RequestState = 'waiting' | 'won' | 'lost' | 'withdrawn'
export interface DrawRequest {
  id: string
  draw_id: string
  patient_id: string
  patient_name: string
  choices: string[]
  state: RequestState
  /** The request as it stands in the published list: a salted hash, no name. */
  leaf: string | null
  /** Its place in the order that was drawn, from 1. */
  position: number | null
  appointment_id: string | null
  waitlist_entry_id: string | null
}
/** What is published when a draw closes, and what anybody can check. */
export interface Publication {
  draw_id: string
  seed_commitment: string
  seed: string | null
  beacon: string | null
  requests_root: string
  leaves: string[]
}

export const readDraws = (organizationId?: string) =>
  call<Items<Draw>>('/draws', { query: { organization_id: organizationId } })
export const readDraw = (id: string, organizationId: string) =>
  call<Draw>(`/draws/${id}`, { query: { organization_id: organizationId } })
export const readMyRequests = (id: string, organizationId: string) =>
  call<Items<DrawRequest>>(`/draws/${id}/my-requests`, { query: { organization_id: organizationId } })
export const enterDraw = (
  id: string,
  given: { organization_id: string; patient_id: string; choices: string[] },
  key: string,
) => call<DrawRequest>(`/draws/${id}/requests`, { method: 'POST', body: given, idempotencyKey: key })
export const withdrawRequest = (id: string, requestId: string, organizationId: string) =>
  call<void>(`/draws/${id}/requests/${requestId}`, { method: 'DELETE', query: { organization_id: organizationId } })
export const readPublication = (id: string, organizationId: string) =>
  call<Publication>(`/draws/${id}/publication`, { query: { organization_id: organizationId } })
