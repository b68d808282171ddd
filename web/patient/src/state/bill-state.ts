import type { Bill, Refund } from '@/api/types'
import type { IconName } from '@/design/icons'

/** How a bill's state looks as a tag; the words come with the bill. */
export const BILL_TAG: Readonly<Record<Bill['state'], string>> = {
  empty: 'tag--plain',
  due: 'tag--warm',
  part_paid: 'tag--warm',
  paid: 'tag--ok',
  overpaid: '',
}

export const BILL_ICON: Readonly<Record<Bill['kind'], IconName>> = {
  registration: 'calendar',
  outpatient: 'doctor',
  pharmacy: 'leaf',
  inpatient: 'hospital',
  parking: 'pin',
  meal: 'heart',
  delivery: 'home',
  deposit: 'lock',
}

/** Kinds that no insurance pays anything of: the page does not offer it. */
export const NEVER_INSURED: readonly Bill['kind'][] = ['parking', 'meal', 'delivery', 'deposit']

/** How a refund's state looks as a tag. */
export function refundTag(refund: Refund): string {
  return refund.state === 'done' ? 'tag--ok' : refund.state === 'failed' ? 'tag--bad' : 'tag--warm'
}
