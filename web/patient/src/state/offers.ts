import { readOffers, type Offer } from '@/api/waitlist'
import { epochOf } from '@/words/time'

/** How long an offer still stands, in seconds; `now` in epoch milliseconds. */
export function secondsLeft(offer: Offer, now: number): number {
  return offer.state === 'open' ? Math.max(0, (epochOf(offer.expires_at) - now) / 1000) : 0
}

/** The offers that still wait for an answer, the one that ends first before the others. */
export async function readOpenOffers(patientId: string): Promise<Offer[]> {
  const { items } = await readOffers(patientId)
  return items
    .filter((one) => one.state === 'open')
    .sort((one, other) => epochOf(one.expires_at) - epochOf(other.expires_at))
}
