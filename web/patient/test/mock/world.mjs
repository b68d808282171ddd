/** The mock's state and the shapes of its answers. */
import { randomUUID } from 'node:crypto'
import { makeDraws, makeReviews } from './fair-world.mjs'
import { departments, iso, makeSchedules, organizations, settings } from './region.mjs'

export class Refusal extends Error {
  constructor(status, code, zh, en, more = {}) {
    super(code)
    this.status = status
    this.body = {
      type: `/problems/${code}`,
      code,
      status,
      title: zh,
      message: { zh, en },
      next: more.next ?? { zh: '请核对后再试。', en: 'Please check and try again.' },
      retry: more.retry ?? false,
      ...more,
      request_id: randomUUID(),
    }
  }
}

export function member(given) {
  const year = Number(given.birth_date.slice(0, 4))
  return {
    patient_id: randomUUID(),
    relation: given.relation,
    is_guardian: given.guardian === true,
    name: given.name,
    name_masked: `*${given.name.slice(1)}`,
    sex: given.sex,
    birth_date: given.birth_date,
    age_years: new Date().getFullYear() - year,
    id_kind: given.id_kind,
    id_number_masked: `${given.id_number.slice(0, 6)}********${given.id_number.slice(-4)}`,
    phone_masked: null,
    card_status: 'active',
  }
}

export function newWorld() {
  return {
    schedules: makeSchedules(),
    members: [],
    appointments: [],
    keys: new Map(),
    frozen: new Set(),
    messages: [],
    takeNext: false,
    requests: [],
    ecards: new Map(),
    token: 'mock-token',
    challenge: null,
    channel: 'h5',
    waitlist: [],
    offers: [],
    bans: [],
    reviews: makeReviews(),
    reviewed: [],
    favourites: new Set(),
    draws: makeDraws(),
    drawRequests: [],
    /** What stands in the way of the next hold or confirm, in turn: ['hold', 'waiting-room'], ['confirm', 'proof-needed']… */
    hurdles: [],
    bills: [],
    payments: [],
    stays: [],
    /** By bill. */
    invoices: {},
    /** What is on the personal account; the ways to pay; why the insurance cannot be asked; whether the channel has the money. */
    accountFen: 31_347,
    payChannels: ['alipay', 'cash', 'wechat'],
    insuranceProblem: null,
    policies: [],
    coverages: [],
    claims: [],
    channelPaid: false,
  }
}

export function find(world, slotId) {
  for (const schedule of world.schedules) {
    const slot = schedule.slots.find((one) => one.slot_id === slotId)
    if (slot) return { schedule, slot }
  }
  throw new Refusal(404, 'slot-not-found', '找不到这个号', 'This slot does not exist')
}
export function offer(schedule, slot) {
  const organization = organizations.find((one) => one.id === schedule.organization_id)
  const department = departments.find((one) => one.id === schedule.department_id)
  return {
    slot_id: slot.slot_id,
    organization_id: organization.id,
    organization_name: organization.name,
    organization_name_en: organization.name_en,
    grade: organization.grade,
    district: organization.district,
    distance_m: organization.distance_m,
    department_id: department.id,
    department_name: department.name,
    department_name_en: department.name_en,
    schedule_id: schedule.schedule_id,
    practitioner_role_id: schedule.practitioner_role_id,
    practitioner_name: schedule.practitioner_name,
    title: schedule.title,
    service_kind: schedule.service_kind,
    service_name: schedule.service_name,
    service_name_en: schedule.service_name_en,
    fee_fen: schedule.fee_fen,
    start_at: slot.start_at,
    end_at: slot.end_at,
    remaining: slot.remaining,
  }
}
export function appointment(world, patient, schedule, slot, state) {
  const start = Date.parse(slot.start_at)
  const made = {
    id: randomUUID(),
    ...offer(schedule, slot),
    address: organizations.find((one) => one.id === schedule.organization_id).address,
    patient_id: patient.patient_id,
    patient_name: patient.name,
    room: schedule.room,
    state,
    number: state === 'held' ? null : 12,
    channel: world.channel,
    hold_expires_at: state === 'held' ? iso(Date.now() + settings.hold_seconds * 1000) : null,
    check_in_from: iso(start - 7_200_000),
    check_in_until: iso(start + 1_800_000),
    can_cancel: state !== 'held',
    cancel_until: iso(start - 43_200_000),
    created_at: iso(Date.now()),
    cancelled_reason: null,
    rescheduled_to: null,
  }
  world.appointments.unshift(made)
  slot.remaining -= 1
  return made
}
export function place(one) {
  const waiting = one.state === 'checked_in'
  return {
    appointment_id: one.id,
    organization_id: one.organization_id,
    schedule_id: one.schedule_id,
    state: waiting ? 'waiting' : one.state === 'called' ? 'called' : 'not_checked_in',
    number_text: 'A012',
    ahead: 3,
    expected_at: iso(Date.now() + 1_500_000),
    expected_minutes: 25,
    room: one.room,
    department_name: one.department_name,
    department_name_en: one.department_name_en,
    practitioner_name: one.practitioner_name,
    now_serving: 'A009',
    hint: {
      zh: '请在 3 层候诊区等候，注意听叫号。',
      en: 'Please wait in the hall on floor 3 and listen for your number.',
    },
    updated_at: iso(Date.now()),
  }
}
export const both = (zh, en) => ({ zh, en })
export function visit(one) {
  const where = both(`${one.room}（门诊楼 3 层）`, `${one.room}, floor 3`)
  const checked = ['checked_in', 'called'].includes(one.state)
  const action = (kind) => ({ kind, appointment_id: one.id })
  const steps = [
    {
      key: 'booked',
      state: 'done',
      title: both('已预约', 'Booked'),
      detail: both('号已为您留好', 'Your place is kept'),
      where: null,
      at: one.created_at,
      expected_at: null,
      action: null,
    },
    {
      key: 'check_in',
      state: checked ? 'done' : 'current',
      title: both('到院签到', 'Check in'),
      detail: both('在自助机扫健康卡，或在手机上签到', 'Scan your card at a kiosk or check in on your phone'),
      where: both('门诊楼 1 层大厅', 'Main hall, floor 1'),
      at: checked ? iso(Date.now()) : null,
      expected_at: one.check_in_from,
      action: action('check_in'),
    },
    {
      key: 'wait',
      state: checked ? 'current' : 'upcoming',
      title: both('候诊', 'Wait'),
      detail: both('前面还有 3 人，约 25 分钟', '3 ahead of you, about 25 minutes'),
      where,
      at: null,
      expected_at: one.start_at,
      action: checked ? action('queue') : null,
    },
    {
      key: 'consultation',
      state: 'upcoming',
      title: both('看诊', 'See the doctor'),
      detail: both(`${one.practitioner_name}医生`, `Dr ${one.practitioner_name}`),
      where,
      at: null,
      expected_at: one.start_at,
      action: null,
    },
  ]
  return {
    appointment_id: one.id,
    organization_id: one.organization_id,
    organization_name: one.organization_name,
    organization_name_en: one.organization_name_en,
    department_name: one.department_name,
    department_name_en: one.department_name_en,
    date: one.start_at.slice(0, 10),
    steps,
    next: steps.find((step) => step.state === 'current') ?? null,
  }
}
