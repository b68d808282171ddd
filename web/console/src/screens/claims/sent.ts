import type { FhirClaim, FhirConcept } from '@/api/calls/claims'

export type SentLine = { sequence: number; name: string; code: string; count: number; net: number }

const fen = (yuan: number): number => Math.round(yuan * 100)
const named = (concept: FhirConcept | undefined): string => concept?.text ?? concept?.coding?.[0]?.display ?? concept?.coding?.[0]?.code ?? ''

/** Lines of a claim as it was sent, in fen. */
export const sentLines = (claim: FhirClaim): SentLine[] =>
  claim.item.map((item) => ({
    sequence: item.sequence,
    name: named(item.productOrService),
    code: item.productOrService.coding?.[0]?.code ?? '',
    count: item.quantity?.value ?? 1,
    net: fen(item.net.value),
  }))

/** What the bill came to, what basic insurance paid of it, and what was left to the patient; fen. */
export function sentSums(claim: FhirClaim): { total: number; insured: number; left: number } {
  const info = (code: string) => fen(claim.supportingInfo?.find((one) => one.code?.coding?.[0]?.code === code)?.valueQuantity?.value ?? 0)
  return { total: fen(claim.total.value), insured: info('insurance-paid'), left: info('left-to-patient') }
}

/** How far a claim has come: handed in, with the insurer, answered. */
export function stepOf(state: string): number {
  return state === 'due' || state === 'asked' || state === 'unknown' ? 0 : state === 'queued' ? 1 : 2
}

export const tones: Record<string, string> = { due: 'blue', asked: 'blue', unknown: 'amber', queued: 'amber', approved: 'jade', rejected: 'red', cancelled: '' }
