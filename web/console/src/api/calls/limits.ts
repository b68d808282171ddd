import { ask, type Listed } from '../ask'
import type { Words } from '../types'

/** Calls against scalpers: limit rules, the risk board, signals, bans and their appeals. */
export type RuleKind = 'cap' | 'limit' | 'change' | 'ban' | 'signal' | 'level' | 'rate' | 'prepaid'
/** `value` things within `window_seconds`; a signal adds `weight` points to an account's score. */
export type LimitRule = {
  code: string; kind: RuleKind; subject: string; text: Words; enabled: boolean; window_seconds: number; value: number; weight: number
  default_enabled: boolean; default_window_seconds: number; default_value: number; default_weight: number; per_hospital: boolean; inherited: boolean; changed_at: string | null
}
/** For the region without an organization; what is left out stays. */
export type LimitChange = { organization_id: string | null; enabled?: boolean; window_seconds?: number; value?: number; weight?: number }
export const listLimitRules = (organization_id?: string) => ask<Listed<LimitRule>>('GET', '/api/limit-rules', { query: { organization_id } })
export const changeLimitRule = (code: string, body: LimitChange) => ask<LimitRule>('PUT', '/api/limit-rules/{code}', { path: { code }, body })

export const OUTCOMES = ['passed', 'warned', 'challenged', 'code_asked', 'refused'] as const
export type Outcome = (typeof OUTCOMES)[number]
export type RiskLevel = 'ok' | 'challenge' | 'code' | 'refuse'
/** One gave a place up, another took it; `via` says what ties the two accounts. */
export type Handover = { at: string; organization_id: string; schedule_id: string; from_account: string; to_account: string; via: 'account' | 'device' | 'block' | 'pair' | 'none'; refused: boolean }
export type RiskBoard = {
  first: string; last: string
  counts: { rule: string; text: Words; outcome: Outcome; count: number }[]
  hours: { hour: string; refused: number; challenged: number; passed: number; warned: number }[]
  subjects: { subject: string; score: number; level: RiskLevel; signals: number; reasons: Words[] }[]
  handovers: Handover[]
}
export type RiskSignal = { id: string; at: string; organization_id: string; kind: string; text: Words; weight: number; account: string; appointment_id: string | null; detail: Record<string, unknown> }
type RiskSpan = { organization_id?: string; from: string; to: string }
/** `from` and `to` are instants. */
export const readRiskBoard = (query: RiskSpan) => ask<RiskBoard>('GET', '/api/risk/board', { query })
export const listRiskSignals = (query: RiskSpan & { cursor?: string }) => ask<Listed<RiskSignal>>('GET', '/api/risk/signals', { query })

export type Ban = {
  id: string; patient_id: string; patient_name: string; organization_id: string; organization_name: string; reason: string; counted: number; made_at: string; until: string; in_force: boolean
  appeal: string | null; appealed_at: string | null; decided_at: string | null; lifted: boolean | null; decision: string | null
}
/** `appealed` asks for appeals that nobody has decided yet. */
export const listBans = (query: { organization_id?: string; patient_id?: string; appealed?: boolean }) => ask<Listed<Ban>>('GET', '/api/bans', { query })
export const decideBan = (id: string, body: { lift: boolean; reason: string }) => ask<Ban>('POST', '/api/bans/{ban_id}/decide', { path: { ban_id: id }, body })
