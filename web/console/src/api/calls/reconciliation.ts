import { api, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type DayReport = S['DayReconciliation']
export type ReconciledDay = S['ReconciledDay']
export type MoneyDifference = S['MoneyDifference']
export type PartyTotals = S['PartyTotals']
export type Correction = MoneyDifference['choices'][number]['correction']
export const KINDS = ['missing_here', 'missing_there', 'amount', 'state', 'date'] as const
export type DifferenceKind = (typeof KINDS)[number]

export const listDays = (organization_id: string, from: string, to: string) =>
  take(api.GET('/api/reconciliations', { params: { query: { organization_id, from, to } } }))
export const readReport = (organization_id: string, day: string) =>
  take(api.GET('/api/reconciliations/report', { params: { query: { organization_id, day } } }))
/** Fetches the lists of channels and insurer and compares the day anew; once more is harmless. */
export const compareDay = (organization_id: string, day: string) => take(api.POST('/api/reconciliations', { body: { organization_id, day } }))
export const proposeCorrection = (id: string, organization_id: string, correction: Correction, reason: string) =>
  take(api.POST('/api/reconciliation-differences/{difference_id}/propose', { params: { path: { difference_id: id } }, body: { organization_id, correction, reason } }))
export const signCorrection = (id: string, organization_id: string, agreed: boolean, note: string) =>
  take(api.POST('/api/reconciliation-differences/{difference_id}/sign', { params: { path: { difference_id: id } }, body: { organization_id, agreed, note } }))
export const askAgain = (id: string, organization_id: string) =>
  take(api.POST('/api/reconciliation-differences/{difference_id}/ask', { params: { path: { difference_id: id } }, body: { organization_id } }))
