import type { SlotOffer } from '@/api/types'

export interface OfferGroup {
  head: SlotOffer
  slots: SlotOffer[]
}

/** Gathers offers of one clinic session (schedule) under one card, in the order in which the server ranked their first slot. */
export function groupOffers(offers: readonly SlotOffer[]): OfferGroup[] {
  const groups = new Map<string, OfferGroup>()
  for (const offer of offers) {
    const group = groups.get(offer.schedule_id)
    if (group) group.slots.push(offer)
    else groups.set(offer.schedule_id, { head: offer, slots: [offer] })
  }
  return [...groups.values()]
}
