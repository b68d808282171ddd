import { ask, type Listed } from '../ask'
import type { Words } from '../types'

/** Calls against scalpers: limit rules, the risk board, signals, bans and their appeals. */
export type RuleKind = 'cap' | 'limit' | 'change' | 'ban' | 'signal' | 'level' | 'rate'
/** `value` things within `window_seconds`; a signal adds `weight` points to an account's score. */
export type LimitRule = {
  code: string; kind: RuleKind; subject: string; window_seconds: number; value: number; weight: number; enabled: boolean; text: Words
  default: { enabled: boolean; window_seconds: number; value: number; weight: number }; inherited: boolean; per_hospital: boolean
}
export type LimitChange = { organization_id: string | null; enabled: boolean; window_seconds: number; value: number; weight: number }
export const listLimitRules = (organization_id?: string) => ask<Listed<LimitRule>>('GET', '/api/limit-rules', { query: { organization_id } })
export const changeLimitRule = (code: string, body: LimitChange) => ask<LimitRule>('PUT', '/api/limit-rules/{code}', { path: { code }, body })

export const OUTCOMES = ['passed', 'warned', 'challenged', 'code_asked', 'refused'] as const
export type Outcome = (typeof OUTCOMES)[number]
export type RiskLevel = 'ok' | 'challenge' | 'code' | 'refuse'
export type Handover = {
  id: string; at: string; from_masked: string; to_masked: string; department_name: string; practitioner_name: string | null; start_at: string; via: 'account' | 'device' | 'block' | 'pair' | 'none'; refused: boolean
}
export type RiskBoard = {
  rules: { rule: string; text: Words; counts: Partial<Record<Outcome, number>> }[]
  subjects: { subject: string; masked: string; score: number; level: RiskLevel; reasons: Words[] }[]
  timeline: { hour: string; counts: Partial<Record<Outcome, number>> }[]
  transfers: Handover[]
}
export const readRiskBoard = (query: { organization_id?: string; from: string; to: string }) => ask<RiskBoard>('GET', '/api/risk/board', { query })

export type Ban = {
  id: string; patient_id: string; patient_name: string; id_number_masked: string | null; organization_id: string; reason: string; counted: number; made_at: string; until: string
  appealed_at: string | null; appeal_text: string | null; decided_at: string | null; decided_by: string | null; lifted: boolean | null; decision: string | null
}
export const listBans = (query: { organization_id?: string; patient_id?: string }) => ask<Listed<Ban>>('GET', '/api/bans', { query })
export const decideBan = (id: string, body: { organization_id: string | null; lift: boolean; reason: string }) =>
  ask<Ban>('POST', '/api/bans/{ban_id}/decide', { path: { ban_id: id }, body })
