import { call } from './client'
import type { Bill, Claim, Coverage, Items, Organization } from './types'

// Commercial policies of the family, and what was claimed from them.

export const readInsurers = () => call<Items<Organization>>('/organizations', { query: { kind: 'insurer' } })
/** A patient's policies, without their numbers. */
export const readPolicies = (patientId: string) =>
  call<Items<Coverage>>('/coverages', { query: { patient_id: patientId } })
/** Keeps a policy; the key is the caller's: the same one sent twice is one policy. */
export const addPolicy = (patientId: string, insurerCode: string, policyNo: string, key: string) =>
  call<Coverage>('/coverages', {
    method: 'POST',
    body: { patient_id: patientId, insurer_code: insurerCode, policy_no: policyNo },
    idempotencyKey: key,
  })
export const removePolicy = (policy: Coverage) =>
  call<void>(`/coverages/${policy.id}`, { method: 'DELETE', query: { patient_id: policy.patient_id } })
/** A patient's claims, newest first. */
export const readClaims = (patientId: string) => call<Items<Claim>>('/claims', { query: { patient_id: patientId } })
/** Claims what the patient paid of a settled bill; it is sent and followed by itself. The key is the caller's. */
export const makeClaim = (bill: Bill, coverageId: string, key: string) =>
  call<Claim>(`/bills/${bill.id}/claims`, {
    method: 'POST',
    body: { organization_id: bill.organization_id, coverage_id: coverageId },
    idempotencyKey: key,
  })
