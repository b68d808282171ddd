import { ask, type Listed } from '../ask'

/** Calls about booking channels: release rules, quotas, use, and the comparison with a hospital's own booking. */
export const CHANNELS = ['wechat', 'alipay', 'h5', 'window', 'phone', 'doctor', 'kiosk', 'community', 'third_party', 'system'] as const
export type Channel = (typeof CHANNELS)[number]
/** Pools of one stretch of time in the order in which a desk reads them. */
export const POOLS = ['common', 'onsite', 'elderly', 'community', 'partner', 'extra', 'draw'] as const
export type Pool = (typeof POOLS)[number]

export type ChannelRule = {
  channel: Channel; enabled: boolean; days_ahead: number; release_time: string; jitter_seconds: number; min_lead_minutes: number
  pools: Pool[]; inherited: boolean; next_release_at: string | null
}
/** `inherit` gives the hospital's own rule up; the rest is then not looked at. */
export type ChannelRuleInput = Omit<ChannelRule, 'inherited' | 'next_release_at'> & { inherit?: boolean }
export type QuotaRule = {
  id: string; organization_id: string; department_id: string | null; service_id: string | null; practitioner_role_id: string | null
  pool: Pool; places: number | null; share_percent: number | null; flows_back_hours_before: number | null; flows_to: Pool[]
}
export type QuotaRuleInput = Omit<QuotaRule, 'id'>
/** A pool on a day; the channels share its capacity. */
export type ChannelUse = { date: string; pool: Pool; capacity: number; booked: number; by_channel: Partial<Record<string, number>> }

export const readChannelRules = (organization_id: string) => ask<Listed<ChannelRule>>('GET', '/api/channel-rules', { query: { organization_id } })
export const saveChannelRules = (organization_id: string, items: ChannelRuleInput[]) =>
  ask<Listed<ChannelRule>>('PUT', '/api/channel-rules', { body: { organization_id, items } })
export const listQuotaRules = (organization_id: string) => ask<Listed<QuotaRule>>('GET', '/api/quota-rules', { query: { organization_id } })
export const addQuotaRule = (body: QuotaRuleInput, key: string) => ask<QuotaRule>('POST', '/api/quota-rules', { body, key })
export const changeQuotaRule = (id: string, body: QuotaRuleInput) => ask<QuotaRule>('PUT', '/api/quota-rules/{quota_id}', { path: { quota_id: id }, body })
export const dropQuotaRule = (id: string, organization_id: string) =>
  ask<void>('DELETE', '/api/quota-rules/{quota_id}', { path: { quota_id: id }, query: { organization_id } })
/** Brings places that exist already into the pools that the quotas now say. */
export const applyQuotas = (body: { organization_id: string; from: string; to: string }) => ask<{ slots: number; places: number }>('POST', '/api/quota-rules/apply', { body })
export const readChannelUse = (organization_id: string, from: string, to: string) =>
  ask<Listed<ChannelUse>>('GET', '/api/channel-use', { query: { organization_id, from, to } })

export type DifferenceKind = 'missing_here' | 'missing_there' | 'state' | 'time'
export type Mend = 'take_here' | 'cancel_here' | 'move_here' | 'resend' | 'accept'
export type Side = { state: string; start_at: string; department: string; patient_local_number: string | null }
export type Difference = {
  id: string; kind: DifferenceKind; external_id: string | null; appointment_id: string | null; here: Side | null; there: Side | null; state: string; mends: Mend[]; mend: Mend | null
  note: string | null; mended_at: string | null
}
export type ReconciliationSummary = { id: string; organization_id: string; day: string; made_at: string; compared: number; differences: number; open: number }
export type Reconciliation = Omit<ReconciliationSummary, 'differences' | 'open'> & { differences: Difference[] }
export type ReconciledItem = { external_id: string; start_at: string; department: string; patient_local_number: string; status: string }

export const listReconciliations = (organization_id: string) =>
  ask<Listed<ReconciliationSummary>>('GET', '/api/channel-reconciliations', { query: { organization_id } })
export const readReconciliation = (id: string, organization_id: string) =>
  ask<Reconciliation>('GET', '/api/channel-reconciliations/{reconciliation_id}', { path: { reconciliation_id: id }, query: { organization_id } })
export const reconcile = (body: { organization_id: string; day: string; items: ReconciledItem[] }, key: string) =>
  ask<Reconciliation>('POST', '/api/channel-reconciliations', { body, key })
export const mendDifference = (id: string, difference: string, organization_id: string, mend: Mend, reason: string) =>
  ask<Difference>('POST', '/api/channel-reconciliations/{reconciliation_id}/differences/{difference_id}/mend', {
    path: { reconciliation_id: id, difference_id: difference }, body: { organization_id, mend, reason },
  })
