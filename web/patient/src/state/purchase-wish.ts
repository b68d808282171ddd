import type { PartRow, PurchaseWish } from '@/api/types'

export interface RequestForm {
  mode: PurchaseWish['mode']
  pharmacyId: string
  handover: PurchaseWish['handover']
  address: { text: string; name: string; phone: string }
  radiusM: number
  minutes: number
  insured: boolean
}

// Who chose a pharmacy has seen how far it is: no ring keeps the request from it.
const WIDEST_M = 50_000

/** What is still missing before a request can be sent, as the end of a text's key; nothing when all is there. */
export function wishProblem(form: RequestForm, hasPoint: boolean): '' | 'point' | 'address' | 'name' | 'phone' {
  if (!hasPoint) return 'point'
  if (form.handover === 'pickup') return ''
  if (form.address.text.trim().length < 2) return 'address'
  if (!form.address.name.trim()) return 'name'
  return /^\+?[0-9 -]{5,20}$/.test(form.address.phone.trim()) ? '' : 'phone'
}

/** The request as the server takes it. An address goes along only with a delivery, a pharmacy only when it was chosen. */
export function wishOf(form: RequestForm, part: PartRow, at: { latitude: number; longitude: number }): PurchaseWish {
  const { text, name, phone } = form.address
  return {
    organization_id: part.organization_id,
    part_id: part.id,
    mode: form.mode,
    pharmacy_id: form.mode === 'chosen' ? form.pharmacyId : null,
    handover: form.handover,
    latitude: at.latitude,
    longitude: at.longitude,
    address: form.handover === 'delivery' ? { text: text.trim(), name: name.trim(), phone: phone.trim() } : null,
    radius_m: form.mode === 'chosen' ? WIDEST_M : form.radiusM,
    bidding_minutes: form.minutes,
    insured: form.insured,
  }
}
