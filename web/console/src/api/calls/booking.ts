import { api, idempotency, take } from '../client'
import type { AppointmentState } from '../types'

/** Calls that find a place, book it and look after the appointment. */
export const readCalendar = (id: string, organization_id: string, from: string, days = 14) =>
  take(api.GET('/api/departments/{department_id}/calendar', { params: { path: { department_id: id }, query: { organization_id, from, days } } }))
export const listSessions = (id: string, organization_id: string, date: string) =>
  take(api.GET('/api/departments/{department_id}/sessions', { params: { path: { department_id: id }, query: { organization_id, date } } }))
export const listSlots = (id: string, organization_id: string) =>
  take(api.GET('/api/schedules/{schedule_id}/slots', { params: { path: { schedule_id: id }, query: { organization_id } } }))
export const holdSlot = (body: { organization_id: string; slot_id: string; patient_id: string; channel: 'window' }, key: string) =>
  take(api.POST('/api/holds', { body, headers: idempotency(key) }))
export const confirmAppointment = (id: string, organization_id: string) =>
  take(api.POST('/api/appointments/{appointment_id}/confirm', { params: { path: { appointment_id: id } }, body: { organization_id } }))
export const cancelAppointment = (id: string, organization_id: string, reason: string) =>
  take(api.POST('/api/appointments/{appointment_id}/cancel', { params: { path: { appointment_id: id } }, body: { organization_id, reason } }))
export const rescheduleAppointment = (id: string, organization_id: string, slot_id: string, key: string) =>
  take(api.POST('/api/appointments/{appointment_id}/reschedule', { params: { path: { appointment_id: id } }, headers: idempotency(key), body: { organization_id, slot_id } }))
export const checkInAppointment = (id: string, organization_id: string) =>
  take(api.POST('/api/appointments/{appointment_id}/check-in', { params: { path: { appointment_id: id } }, body: { organization_id } }))
export const checkInByCode = (text: string, key: string) =>
  take(api.POST('/api/check-ins', { body: { text }, headers: idempotency(key) }))
export const listAppointments = (query: {
  organization_id?: string; date?: string; department_id?: string; state?: AppointmentState[]; patient_id?: string; when?: 'upcoming' | 'past' | 'all'; cursor?: string
}) => take(api.GET('/api/appointments', { params: { query } }))
export const listAppointmentMoves = (id: string, organization_id: string) =>
  take(api.GET('/api/appointments/{appointment_id}/history', { params: { path: { appointment_id: id }, query: { organization_id } } }))
