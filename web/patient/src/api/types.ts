/** The shapes that go over the wire, as the server's OpenAPI document names them. Money is whole fen, time ISO 8601. */
export interface Bilingual {
  zh: string
  en: string
}
export interface Items<T> {
  items: T[]
  next?: string | null
}

export interface FieldError {
  field: string
  code: string
  message: Bilingual
}
export interface Problem {
  code: string
  status: number
  title: string
  message: Bilingual
  next: Bilingual
  retry: boolean
  retry_after?: number
  errors?: FieldError[]
  conflict?: { kind: string; id: string; text: Bilingual }
  alternatives?: SlotOffer[]
  binding?: string
  request_id?: string
}

export interface PublicSettings {
  region: { code: string; name: string; name_en: string; timezone: string }
  sign_in: { wechat: boolean; alipay: boolean; oidc: boolean }
  family_cap: number
  hold_seconds: number
  days_ahead: number
  card_display_seconds: number
  sandbox: { sms_inbox_url: string } | null
  version: string
}

export type Relation = 'self' | 'child' | 'parent' | 'spouse' | 'other'
export type Sex = 'male' | 'female'
export type IdKind = '01' | '02' | '03' | '06' | '07' | '15' | '16'
export interface Member {
  patient_id: string
  relation: Relation
  is_guardian: boolean
  name: string
  name_masked: string
  sex: Sex
  birth_date: string
  age_years: number
  id_kind: IdKind
  id_number_masked: string
  phone_masked: string | null
  card_status: 'active' | 'frozen' | 'none'
}
export interface Account {
  id: string
  phone_masked: string
  self_patient_id: string | null
  members: Member[]
  family_cap: number
}
export interface Session {
  token: string
  expires_at: string
  account: Account
}
export interface PhoneChallenge {
  challenge_id: string
  expires_at: string
  resend_at: string
}
export interface NewPatient {
  relation: Relation
  name: string
  id_kind: IdKind
  id_number: string
  birth_date?: string
  sex?: Sex
  phone?: string
  address?: string
  guardian?: boolean
}

export interface Card {
  ecard_id: string
  ecard_id_short: string
  patient_id: string
  name_masked: string
  id_number_masked: string
  issued_at: string
  status: 'active' | 'frozen'
}
export interface DynamicCode {
  text: string
  issued_at: string
  expires_at: string
  refresh_after_s: number
}
export interface StaticCode {
  text: string
  note: Bilingual
}

export interface Organization {
  id: string
  kind: string
  code: string
  name: string
  name_en: string
  short_name: string
  grade: string
  district: string
  address: string
  phone: string
  latitude: number
  longitude: number
  distance_m: number | null
}
export interface Department {
  id: string
  organization_id: string
  parent_id: string | null
  code: string
  name: string
  name_en: string
  specialty_code: string
  kind: string
  location_text: string
}
export interface Specialty {
  code: string
  parent_code: string | null
  name: string
  name_en: string
  pinyin: string
  organizations: number
}
export interface PractitionerRole {
  id: string
  practitioner_id: string
  organization_id: string
  organization_name: string
  department_id: string
  department_name: string
  name: string
  gender: Sex
  role: string
  title: string
  title_en: string
  specialty_text: string
  introduction: string
  next_free_at: string | null
  fee_fen: number | null
}
export interface SearchAnswer {
  specialties: Specialty[]
  organizations: Organization[]
  practitioners: PractitionerRole[]
}

export interface SlotOffer {
  slot_id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  grade: string
  district: string
  distance_m: number | null
  department_id: string
  department_name: string
  department_name_en: string
  schedule_id: string
  practitioner_role_id: string | null
  practitioner_name: string | null
  title: string | null
  service_kind: string
  service_name: string
  service_name_en: string
  fee_fen: number
  start_at: string
  end_at: string
  remaining: number
}
export interface CalendarDay {
  date: string
  state: 'open' | 'full' | 'none' | 'stopped'
  remaining: number
}
export interface ClinicSession {
  schedule_id: string
  organization_id: string
  department_id: string
  date: string
  period: 'am' | 'pm'
  start_at: string
  end_at: string
  state: 'open' | 'full' | 'stopped' | 'past'
  remaining: number
  capacity: number
  practitioner_role_id: string | null
  practitioner_name: string | null
  title: string | null
  service_kind: string
  service_name: string
  service_name_en: string
  fee_fen: number
  room: string
}
export interface Slot {
  slot_id: string
  start_at: string
  end_at: string
  capacity: number
  remaining: number
  state: 'open' | 'full' | 'past' | 'stopped'
}

export type AppointmentState =
  | 'held'
  | 'booked'
  | 'checked_in'
  | 'called'
  | 'in_consultation'
  | 'fulfilled'
  | 'cancelled'
  | 'no_show'
  | 'expired'
export interface Appointment {
  id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  address: string
  department_id: string
  department_name: string
  department_name_en: string
  schedule_id: string
  slot_id: string
  patient_id: string
  patient_name: string
  service_kind: string
  service_name: string
  service_name_en: string
  practitioner_role_id: string | null
  practitioner_name: string | null
  title: string | null
  start_at: string
  end_at: string
  room: string
  fee_fen: number
  state: AppointmentState
  number: number | null
  channel: string
  hold_expires_at: string | null
  check_in_from: string
  check_in_until: string
  can_cancel: boolean
  cancel_until: string
  created_at: string
  cancelled_reason: string | null
  rescheduled_to: string | null
}

export interface QueuePlace {
  appointment_id: string
  organization_id: string
  schedule_id: string
  state: 'waiting' | 'called' | 'in_consultation' | 'skipped' | 'finished' | 'not_checked_in'
  number_text: string
  ahead: number
  expected_at: string | null
  expected_minutes: number | null
  room: string
  department_name: string
  practitioner_name: string | null
  now_serving: string | null
  hint: Bilingual
  updated_at: string
}

export type StepState = 'done' | 'current' | 'upcoming' | 'failed'
export interface StepAction {
  kind: 'check_in' | 'show_card' | 'queue' | 'rebook' | 'open_appointment'
  appointment_id: string
}
export interface JourneyStep {
  key: string
  state: StepState
  title: Bilingual
  detail: Bilingual
  where: Bilingual | null
  at: string | null
  expected_at: string | null
  action: StepAction | null
}
export interface Visit {
  appointment_id: string
  organization_id: string
  organization_name: string
  organization_name_en: string
  department_name: string
  department_name_en: string
  date: string
  steps: JourneyStep[]
  next: JourneyStep | null
}
export interface Journey {
  patient_id: string
  now: Bilingual | null
  visits: Visit[]
}
export interface Message {
  id: string
  at: string
  kind: string
  patient_id: string
  title: Bilingual
  body: Bilingual
  read: boolean
  link: { kind: 'appointment' | 'queue' | 'journey'; id: string; organization_id: string } | null
}
