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
export interface MockBill {
  id: string
  organization_id: string
  bill_no: string
  token: string
  items: { id: string; name: string; amount_fen: number; countered: boolean }[]
  paid: { kind: string; amount_fen: number }[]
}
export interface MockPayment {
  id: string
  state: string
  parts: { kind: string; amount_fen: number; state: string }[]
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
  bills: MockBill[]
  payments: MockPayment[]
  channelPaid: boolean
  policies: {
    coverage_id: string
    insurer_code: string
    insurer_name: { zh: string; en: string }
    policy_tail: string
  }[]
  drawRequests: { patient_id: string; choices: string[] }[]
  reviewed: { appointment_id: string }[]
  /** What stands before the next hold or confirm: [step, hurdle, …its own]. */
  hurdles: [step: 'hold' | 'confirm', hurdle: string, ...own: unknown[]][]
}
export function startMock(port?: number): Promise<{ url: string; world: World; close: () => Promise<void> }>
