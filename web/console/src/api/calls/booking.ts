import { api, idempotency, take } from '../client'

/** Calls that find a place, book it and look after the appointment. */
export const readCalendar = (id: string, organization_id: string, from: string, days = 14) =>
  take(api.GET('/api/departments/{id}/calendar', { params: { path: { id }, query: { organization_id, from, days } } }))
export const listSessions = (id: string, organization_id: string, date: string) =>
  take(api.GET('/api/departments/{id}/sessions', { params: { path: { id }, query: { organization_id, date } } }))
export const listSlots = (id: string, organization_id: string) =>
  take(api.GET('/api/schedules/{id}/slots', { params: { path: { id }, query: { organization_id } } }))
export const holdSlot = (body: { organization_id: string; slot_id: string; patient_id: string; channel: string }, key: string) =>
  take(api.POST('/api/holds', { body, params: { header: idempotency(key) } }))
export const confirmAppointment = (id: string, organization_id: string) =>
  take(api.POST('/api/appointments/{id}/confirm', { params: { path: { id } }, body: { organization_id } }))
export const cancelAppointment = (id: string, organization_id: string, reason: string) =>
  take(api.POST('/api/appointments/{id}/cancel', { params: { path: { id } }, body: { organization_id, reason } }))
export const rescheduleAppointment = (id: string, organization_id: string, slot_id: string, key: string) =>
  take(api.POST('/api/appointments/{id}/reschedule', { params: { path: { id }, header: idempotency(key) }, body: { organization_id, slot_id } }))
export const checkInAppointment = (id: string, organization_id: string) =>
  take(api.POST('/api/appointments/{id}/check-in', { params: { path: { id } }, body: { organization_id } }))
export const checkInByCode = (text: string, key: string) =>
  take(api.POST('/api/check-ins', { body: { text }, params: { header: idempotency(key) } }))
export const listAppointments = (query: {
  organization_id?: string; date?: string; department_id?: string; state?: string; patient_id?: string; when?: string; cursor?: string
}) => take(api.GET('/api/appointments', { params: { query } }))
export const listAppointmentMoves = (id: string, organization_id: string) =>
  take(api.GET('/api/appointments/{id}/history', { params: { path: { id }, query: { organization_id } } }))
