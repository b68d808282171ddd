import { api, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type Rules = S['RulesInForce']
export type CatalogueEntry = S['CatalogueEntry']
export type Trial = S['Trial']
export type TrialAnswer = S['TrialAnswer']
export type Grade = NonNullable<Trial['grade']>
export type Setting = NonNullable<Trial['setting']>

export const readRules = (day: string) => take(api.GET('/api/insurance-rules', { params: { query: { day } } }))
export const searchItems = (q: string, day: string) => take(api.GET('/api/insurance-rules/items', { params: { query: { q: q || null, day, limit: 60 } } }))
export const tryRules = (body: Trial) => take(api.POST('/api/insurance-rules/trials', { body }))
