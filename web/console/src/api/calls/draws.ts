import { ask, type Listed } from '../ask'
import type { Words } from '../types'

/** Calls of the draw: announcing it, watching it, and the published proof. */
export type DrawState = 'announced' | 'open' | 'closed' | 'drawn' | 'cancelled'
/** Who belongs to a class; all conditions given must hold. Without `places` the whole class goes before the next one. */
export type StratumRule = { age_from?: number | null; age_to?: number | null; seen_within_days?: number | null; lost_draws?: number | null }
export type Stratum = { code: string; title: Words; places: number | null; rule: StratumRule | null }
export type DrawSlot = { slot_id: string; schedule_id: string; start_at: string; end_at: string; places: number; practitioner_name: string | null; title: string | null; service_name: string; service_name_en: string; fee_fen: number }
export type Draw = {
  id: string; organization_id: string; organization_name: string; organization_name_en: string; department_id: string; department_name: string; department_name_en: string; title: Words; state: DrawState
  opens_at: string; closes_at: string; reveal_at: string; closed_at: string | null; drawn_at: string | null; claim_hours: number; choices_max: number; strata: Stratum[]; slots: DrawSlot[]
  places: number; requests: number; commitment: string; requests_root: string | null; beacon_source: string | null; beacon: string | null; seed: string | null
  numbers: { won: number; offered: number; claimed: number; passed_on: number } | null; cancelled_reason: string | null
}
/** `places_per_slot` moves so many free places of each time into the draw; without it only what lies in the pool `draw` is drawn. */
export type DrawInput = {
  organization_id: string; department_id: string; title: Words | null; schedule_ids: string[]; places_per_slot: number | null; opens_at: string; closes_at: string
  claim_hours: number | null; strata: Stratum[] | null; beacon_source: string | null
}
/** The public file: everything that a stranger needs to repeat the draw, and no names. */
export type DrawPublication = {
  format: string
  terms: { draw_id: string; commitment: string; opens_at: string; closes_at: string; strata: Stratum[]; slots: { slot_id: string; start_at: string; end_at: string; places: number }[]; [more: string]: unknown }
  terms_digest: string; closed_at: string; requests: { leaf: string; identity: string; stratum: string; choices: string[] }[]; root: string
  beacon: string | null; seed: string | null; drawn_at: string | null
  results: { rank: number; leaf: string; turn: number; ticket: string; slot_id: string | null }[]
  offers: { sequence: number; leaf: string; slot_id: string; after: number | null; outcome: 'offered' | 'claimed' | 'lapsed' | 'declined' | 'cancelled' | 'blocked' }[]
}

export const listDraws = (organization_id: string, state?: DrawState) => ask<Listed<Draw>>('GET', '/api/draws', { query: { organization_id, state } })
export const addDraw = (body: DrawInput, key: string) => ask<Draw>('POST', '/api/draws', { body, key })
export const cancelDraw = (id: string, organization_id: string, reason: string) =>
  ask<Draw>('POST', '/api/draws/{draw_id}/cancel', { path: { draw_id: id }, body: { organization_id, reason } })
/** The public value, exactly as its source printed it after the closing. */
export const enterBeacon = (id: string, organization_id: string, value: string) => ask<Draw>('POST', '/api/draws/{draw_id}/beacon', { path: { draw_id: id }, body: { organization_id, value } })
export const readPublication = (id: string) => ask<DrawPublication>('GET', '/api/draws/{draw_id}/publication', { path: { draw_id: id } })
