import { ask, type Listed } from '../ask'
import type { Words } from '../types'

/** Calls of the draw: announcing it, watching it, and the published proof. */
export type DrawState = 'announced' | 'open' | 'closed' | 'drawn' | 'cancelled'
/** Who belongs to a class; all conditions given must hold. Without `places` the whole class goes before the next one. */
export type StratumRule = { age_from?: number | null; age_to?: number | null; seen_within_days?: number | null; lost_draws?: number | null }
export type Stratum = { code: string; title: Words; places: number | null; rule: StratumRule | null }
export type Draw = {
  id: string; organization_id: string; department_id: string; department_name: string; department_name_en?: string; title: Words; schedule_ids: string[]; places: number; requests: number
  opens_at: string; closes_at: string; drawn_at: string | null; state: DrawState; choices_max: number; strata: Stratum[]; commitment: string | null; seed: string | null; root: string | null
  beacon_source: string | null; beacon: string | null; winners?: number | null; confirmed?: number | null
}
export type DrawInput = {
  organization_id: string; department_id: string; title: Words; schedule_ids: string[]; opens_at: string; closes_at: string; choices_max: number; strata: Stratum[]
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
export const readDraw = (id: string) => ask<Draw>('GET', '/api/draws/{draw_id}', { path: { draw_id: id } })
export const addDraw = (body: DrawInput, key: string) => ask<Draw>('POST', '/api/draws', { body, key })
export const cancelDraw = (id: string, organization_id: string, reason: string) =>
  ask<Draw>('POST', '/api/draws/{draw_id}/cancel', { path: { draw_id: id }, body: { organization_id, reason } })
export const readPublication = (id: string) => ask<DrawPublication>('GET', '/api/draws/{draw_id}/publication', { path: { draw_id: id } })
