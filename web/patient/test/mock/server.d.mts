export interface MockAppointment {
  id: string
  state: string
  slot_id: string
  channel: string
  can_cancel: boolean
}
export interface MockOffer {
  id: string
  state: string
  appointment: MockAppointment
}
export interface MockDraw {
  id: string
  slots: { slot_id: string }[]
  entries: { leaf: string }[]
}
/** What tests may look into and arrange in the development server. */
export interface World {
  members: { patient_id: string; name: string; [field: string]: unknown }[]
  appointments: MockAppointment[]
  requests: string[]
  takeNext: boolean
  waitlist: { patient_id: string; period: string; state: string }[]
  offers: MockOffer[]
  bans: { appeal: string | null; [field: string]: unknown }[]
  draws: MockDraw[]
  drawRequests: { patient_id: string; choices: string[] }[]
  reviewed: { appointment_id: string }[]
  /** What stands before the next hold or confirm: [step, hurdle, …its own]. */
  hurdles: [step: 'hold' | 'confirm', hurdle: string, ...own: unknown[]][]
}
export function startMock(port?: number): Promise<{ url: string; world: World; close: () => Promise<void> }>
