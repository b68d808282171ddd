import { call } from './client'
import type {
  Appointment,
  CalendarDay,
  ClinicSession,
  Department,
  Items,
  Organization,
  OrganizationDetail,
  PractitionerRole,
  QueuePlace,
  SearchAnswer,
  Slot,
  SlotOffer,
  Specialty,
} from './types'

type Answers = Record<string, string>
export interface Point {
  latitude?: number
  longitude?: number
}
export interface OfferQuery extends Point {
  specialty?: string
  department_id?: string
  practitioner_role_id?: string
  organization_id?: string
  title?: string
  from?: string
  to?: string
  period?: 'am' | 'pm'
  max_fee_fen?: number
  max_distance_m?: number
  sort?: 'time' | 'distance' | 'fee'
  limit?: number
}

export const readSpecialties = () => call<Items<Specialty>>('/specialties')
export const findOrganizations = (query: Point & { q?: string; district?: string; limit?: number; cursor?: string }) =>
  call<Items<Organization>>('/organizations', { query: { kind: 'hospital', ...query } })
export const readOrganization = (id: string) => call<OrganizationDetail>(`/organizations/${id}`)
export const readDepartments = (organizationId: string) =>
  call<Items<Department>>(`/organizations/${organizationId}/departments`, { query: { kind: 'outpatient' } })
export const findDoctors = (query: {
  organization_id?: string
  department_id?: string
  specialty?: string
  q?: string
  title?: string
  limit?: number
  cursor?: string
}) => call<Items<PractitionerRole>>('/practitioner-roles', { query })
export const readDoctor = (id: string, organizationId: string) =>
  call<PractitionerRole>(`/practitioner-roles/${id}`, { query: { organization_id: organizationId } })
export const searchAll = (q: string) => call<SearchAnswer>('/search', { query: { q } })

export const findOffers = (query: OfferQuery) => call<Items<SlotOffer>>('/slots/search', { query: { ...query } })
export const readCalendar = (departmentId: string, organizationId: string, days = 14) =>
  call<Items<CalendarDay>>(`/departments/${departmentId}/calendar`, {
    query: { organization_id: organizationId, days },
  })
export const readDepartmentSessions = (departmentId: string, organizationId: string, date: string) =>
  call<Items<ClinicSession>>(`/departments/${departmentId}/sessions`, {
    query: { organization_id: organizationId, date },
  })
export const readDoctorSessions = (roleId: string, organizationId: string, days = 14) =>
  call<Items<ClinicSession>>(`/practitioner-roles/${roleId}/sessions`, {
    query: { organization_id: organizationId, days },
  })
export const readSlots = (scheduleId: string, organizationId: string) =>
  call<Items<Slot>>(`/schedules/${scheduleId}/slots`, { query: { organization_id: organizationId } })

export const holdSlot = (
  given: { organization_id: string; slot_id: string; patient_id: string; channel: 'wechat' | 'h5' },
  key: string,
  answers: Answers = {},
) => call<Appointment>('/holds', { method: 'POST', body: given, idempotencyKey: key, answers })
export const confirmHold = (id: string, organizationId: string, answers: Answers = {}) =>
  call<Appointment>(`/appointments/${id}/confirm`, {
    method: 'POST',
    body: { organization_id: organizationId },
    answers,
  })
export const cancelAppointment = (id: string, organizationId: string, reason: string) =>
  call<Appointment>(`/appointments/${id}/cancel`, { method: 'POST', body: { organization_id: organizationId, reason } })
export const rescheduleAppointment = (id: string, organizationId: string, slotId: string, key: string) =>
  call<Appointment>(`/appointments/${id}/reschedule`, {
    method: 'POST',
    body: { organization_id: organizationId, slot_id: slotId },
    idempotencyKey: key,
  })
export const checkIn = (id: string, organizationId: string) =>
  call<QueuePlace>(`/appointments/${id}/check-in`, { method: 'POST', body: { organization_id: organizationId } })
export const readAppointments = (patientId: string, when: 'upcoming' | 'past' | 'all', cursor?: string) =>
  call<Items<Appointment>>('/appointments', { query: { patient_id: patientId, when, cursor } })
export const readAppointment = (id: string, organizationId: string) =>
  call<Appointment>(`/appointments/${id}`, { query: { organization_id: organizationId } })
export const readQueuePlace = (id: string, organizationId: string) =>
  call<QueuePlace>(`/appointments/${id}/queue-place`, { query: { organization_id: organizationId } })
