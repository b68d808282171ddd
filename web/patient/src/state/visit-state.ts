import type { AppointmentState } from '@/api/types'

/** How a state of an appointment looks as a tag; the words come from `visitState.*`. */
export const STATE_TAG: Readonly<Record<AppointmentState, string>> = {
  held: 'tag--warm',
  booked: '',
  checked_in: 'tag--ok',
  called: 'tag--warm',
  in_consultation: 'tag--ok',
  fulfilled: 'tag--plain',
  cancelled: 'tag--plain',
  no_show: 'tag--bad',
  expired: 'tag--plain',
}

/** The states in which the patient has a live place in the queue. */
export const QUEUEING: readonly AppointmentState[] = ['checked_in', 'called', 'in_consultation']
