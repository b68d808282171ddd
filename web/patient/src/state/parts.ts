import type { Delivery, PartRow, PartState, PartView, PharmacyOffer } from '@/api/types'
import { epochOf } from '@/words/time'

/** How a part's state looks as a tag; the words come with the part. */
export const PART_TAG: Readonly<Record<PartState, string>> = {
  issued: 'tag--plain',
  approved: 'tag--warm',
  rejected: 'tag--bad',
  released: 'tag--warm',
  accepted: '',
  dispensing: '',
  dispensed: 'tag--ok',
  returned: 'tag--plain',
  settled: 'tag--ok',
  withdrawn: 'tag--plain',
  revoked: 'tag--bad',
  expired: 'tag--plain',
}

export const DELIVERY_TAG: Readonly<Record<Delivery['state'], string>> = {
  sent: 'tag--warm',
  arrived: 'tag--ok',
  failed: 'tag--bad',
}

const WAITING: readonly PartState[] = ['approved', 'released', 'accepted', 'dispensing']

/** Parts that somebody still has to send to a pharmacy or fetch there, the one that runs out first at the front. */
export function waitingParts(parts: readonly PartRow[], now: number): PartRow[] {
  return parts
    .filter((one) => WAITING.includes(one.state) && epochOf(one.opens_at) <= now)
    .sort((a, b) => epochOf(a.closes_at) - epochOf(b.closes_at))
}

export interface PartChoices {
  /** The code may be shown, or exchanged for a fresh one. */
  release: boolean
  /** Pharmacies may be asked. */
  request: boolean
  withdraw: boolean
  /** Not open yet: a later part of a repeated prescription. */
  early: boolean
}

/** What the patient can do with a part now. While pharmacies are being asked, that has to end before another way begins. */
export function choicesOf(view: PartView, now: number): PartChoices {
  const { state, opens_at } = view.part
  const open = state === 'approved' || state === 'released'
  const early = open && epochOf(opens_at) > now
  const asking = view.request?.state === 'open'
  const free = open && !early && !asking
  return { release: free, request: free, withdraw: open, early }
}

/** Offers by what they cost with delivery, the cheapest first; the sooner one of two that cost the same. */
export function byCost(offers: readonly PharmacyOffer[]): PharmacyOffer[] {
  const cost = (one: PharmacyOffer) => one.total_fen + one.delivery_fee_fen
  return [...offers].sort((a, b) => cost(a) - cost(b) || a.ready_minutes - b.ready_minutes)
}

/** Seconds until a time, never below zero. */
export function secondsUntil(iso: string, now: number): number {
  return Math.max(0, Math.floor((epochOf(iso) - now) / 1000))
}

/** The offer that the pharmacy which has the part won with; null when it took the part at its shelf's prices. */
export function agreedOffer(view: PartView): NonNullable<PartView['request']>['offers'][number] | null {
  const { request, pharmacy } = view
  if (!pharmacy || request?.state !== 'matched') return null
  return request.offers.find((one) => one.state === 'won' && one.pharmacy_id === pharmacy.organization_id) ?? null
}

export type Recorded = 'chainNone' | 'chainWaiting' | 'chainDone' | 'chainRefused'
/** What the steps of a prescription on the evidence chain come to: a refused one is said before all. */
export function recordedOf(steps: readonly { state: 'waiting' | 'done' | 'refused' }[]): Recorded {
  if (steps.some((one) => one.state === 'refused')) return 'chainRefused'
  if (steps.some((one) => one.state === 'waiting')) return 'chainWaiting'
  return steps.length ? 'chainDone' : 'chainNone'
}
