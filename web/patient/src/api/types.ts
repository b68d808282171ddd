import type { components } from './schema'

// The shapes that go over the wire, under the names that the pages use. `npm run generate` makes schema.d.ts from the
// server's OpenAPI document, so a field that the server doesn't send doesn't compile. Money is whole fen, time ISO 8601.
type Wire = components['schemas']

export type Bilingual = Wire['Bilingual']
export interface Items<T> {
  items: T[]
  next?: string | null
}

export interface FieldError {
  field: string
  code: string
  message: Bilingual
}
/** What a refusal holds. Written by hand: every refusal has these fields, some of them only for some codes. */
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
  /** `not-released`: when this channel may book it. */
  opens_at?: string
  /** `booking-banned`: when booking is free again. */
  until?: string
  /** `limit-reached`: the limit's code. */
  rule?: string
  /** `waiting-room`: what to come back with, and when. */
  ticket?: string
  place?: number
  ahead?: number
  poll_after_s?: number
  /** `proof-needed`. */
  challenge?: string
  difficulty_bits?: number
  /** `phone-code-needed`, when the code is already on its way. */
  challenge_id?: string
  request_id?: string
  /** `amounts-changed`: the confirmation as it would be now. */
  preview?: Preview
}

export type PublicSettings = Wire['PublicSettings']
export type Me = Wire['Me']
export type Member = Wire['Member']
export type Relation = Member['relation']
export type Sex = NonNullable<Member['sex']>
export type IdKind = Wire['IdKind']
export type Account = Wire['Account']
export type Session = Wire['Session']
export type PhoneChallenge = Wire['PhoneCodeIssued']
export type NewPatient = Wire['Registration']
export type PhoneProof = Wire['PhoneProof']
export type Registered = Wire['Registered']
export type Family = Wire['Family']

export type Card = Wire['Card']
export type DynamicCode = Wire['DynamicCode']
export type StaticCode = Wire['StaticCode']

export type Organization = Wire['Organization']
export type OrganizationDetail = Wire['OrganizationDetail']
export type Department = Wire['Department']
export type Specialty = Wire['Specialty']
export type PractitionerRole = Wire['PractitionerRole']
export type SearchAnswer = Wire['Found']

/** Lists of slots hand out a short-lived word that shows the person looked before booking. */
interface Listed {
  slot_token?: string | null
}
export type SlotOffer = Wire['SlotOffer'] & Listed
export type CalendarDay = Wire['CalendarDay']
export type ClinicSession = Wire['SessionItem']
export type Slot = Wire['SlotItem'] & Listed

export type AppointmentState = Wire['AppointmentState']
export type Appointment = Omit<Wire['Appointment'], 'state'> & { state: AppointmentState }
export type QueuePlace = Wire['QueuePlace'] & {
  room_en?: string
  /** All rooms that call from this line. */
  rooms?: string[]
  /** The room calls nobody at the moment. */
  paused?: { reason: string; reason_en: string; since: string; until: string | null } | null
  /** The class that decides the order, in words, and why this person is in it. */
  priority_text?: Bilingual | null
  priority_reason?: Bilingual | null
}

export type StepState = Wire['StepState']
export type StepAction = Wire['StepAction']
export type JourneyStep = Wire['Step']
export type Visit = Wire['Visit']
export type Journey = Wire['Journey']
export type Message = Wire['MessageView']

/** `pay_by`: until when a fee that is asked for before arrival must be paid, or the appointment lapses. */
interface Timed {
  pay_by?: string | null
}
export type Bill = Wire['BillRow'] & Timed
export type BillDetail = Wire['BillView'] & Timed
export type BillLine = Wire['ChargeLine']
export type BillGlimpse = Wire['BillGlimpse']
export type Invoice = Wire['InvoiceView']
/** A commercial policy that can pay a part of a bill directly. */
export interface PolicyChoice {
  coverage_id: string
  insurer_code: string
  insurer_name: Bilingual
  policy_tail: string
}
interface Covered {
  use_commercial?: boolean
  coverage_id?: string | null
}
export type PayWish = Wire['PayWish'] & Covered
export type PayRequest = Wire['PayRequest'] & Covered
export type Preview = Wire['Preview'] & {
  policies?: PolicyChoice[]
  /** The policy that was asked. */
  coverage_id?: string | null
  /** Why it cannot be used now, or why it pays what it pays. */
  commercial_problem?: Bilingual | null
  commercial_notes?: Bilingual[]
}
export type PreviewPart = Wire['PreviewPart']
export type Payment = Wire['PaymentView']
export type PaymentPart = Wire['billing_payments_schemas_PartView']
export type Refund = Wire['RefundView']
export type RefundPart = Wire['BackView']
export type Stay = Wire['StayView']
export type Coverage = Wire['CoverageView']
export type Claim = Wire['ClaimView']

export type PartRow = Wire['PartRow']
export type PartState = Wire['PartState']
export type NationalStanding = Wire['NationalView']
export type WholePrescription = Wire['PrescriptionView']
export type PartView = Wire['prescriptions_circulation_schemas_PartView']
export type PartLine = Wire['PartLineView']
export type PriceComparison = Wire['PriceComparison']
export type PharmacyPrices = Wire['PharmacyPrices']
export type PurchaseWish = Wire['NewRequest']
export type PurchaseRequest = Wire['RequestView']
export type PharmacyOffer = Wire['prescriptions_circulation_schemas_OfferView']
export type Delivery = Wire['DeliveryView']
export type Medication = Wire['Medication']
export type VerifiedPrescription = Wire['VerifiedPrescription']
