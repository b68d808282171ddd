import type { Message } from '@/api/types'
import { go } from './routes'

/** Opens what a message is about. A kind that this version doesn't know leads to the visit's own page. */
export function openLink(link: NonNullable<Message['link']>): void {
  const params = { id: link.id, organization_id: link.organization_id }
  switch (link.kind) {
    case 'journey':
      return go('journey/index')
    case 'queue':
      return go('queue/index', params)
    case 'offer':
      return go('waitlist/offer', params)
    case 'waitlist':
    case 'waitlist_entry':
      return go('waitlist/index')
    case 'draw':
      return go('draws/detail', params)
    case 'bill':
      return go('bills/detail', params)
    case 'payment':
    case 'payment_order':
      return go('bills/payment', params)
    case 'prescription_part':
      return go('prescriptions/detail', params)
    case 'medications':
      return go('prescriptions/medications', { patient_id: link.id })
    case 'ban':
      return go('restrictions/index')
    case 'review':
      return go('reviews/write', params)
    default:
      return go('appointments/detail', params)
  }
}
