import { api, idempotency, take } from '../client'
import { ask } from '../ask'
import type { components } from '../schema'

type S = components['schemas']
export type ClaimView = S['ClaimView']
export type CoverageView = S['CoverageView']
export const STANDINGS = ['open', 'approved', 'rejected', 'cancelled', 'all'] as const
export type Standing = (typeof STANDINGS)[number]

/** The part of a FHIR R4 Claim that the desk reads; amounts in yuan. */
export type FhirClaim = {
  item: { sequence: number; productOrService: FhirConcept; category?: FhirConcept; quantity?: { value: number }; unitPrice?: { value: number }; net: { value: number } }[]
  supportingInfo?: { code?: FhirConcept; valueQuantity?: { value: number } }[]
  total: { value: number }
}
export type FhirConcept = { text?: string; coding?: { code: string; display?: string }[] }

/** Newest first, at most 200; `open` has no final answer yet. */
export const listClaims = (organization_id: string, state: Standing) => take(api.GET('/api/claims', { params: { query: { organization_id, state } } }))
/** The claim as the insurer gets it. */
export const readSentClaim = (id: string, organization_id: string) =>
  ask<FhirClaim>('GET', '/api/claims/{claim_id}/fhir', { path: { claim_id: id }, query: { organization_id } })
/** Before it was sent. */
export const withdrawClaim = (id: string, organization_id: string) =>
  take(api.POST('/api/claims/{claim_id}/withdraw', { params: { path: { claim_id: id } }, body: { organization_id } }))
/** Claims what the patient paid of a settled bill; it is sent by itself. */
export const makeClaim = (bill_id: string, organization_id: string, coverage_id: string, key: string, replaces: string | null = null) =>
  take(api.POST('/api/bills/{bill_id}/claims', { params: { path: { bill_id } }, body: { organization_id, coverage_id, replaces }, headers: idempotency(key) }))
/** A policy that somebody shows at the desk; its number is sealed and never shown again. */
export const addCoverage = (organization_id: string, patient_id: string, insurer_code: string, policy_no: string, key: string) =>
  take(api.POST('/api/coverages', { body: { organization_id, patient_id, insurer_code, policy_no }, headers: idempotency(key) }))
/** Policies of somebody with a bill at this hospital, without their numbers. */
export const listCoverages = (organization_id: string, patient_id: string) =>
  take(api.GET('/api/coverages', { params: { query: { organization_id, patient_id } } }))
