import { api, idempotency, take } from '../client'
import type { ExceptionInput, TemplateInput } from '../types'

/** Calls of schedule management. */
type Span = { organization_id: string; department_id?: string; from: string; to: string }

export const listTemplates = (organization_id: string, department_id?: string) =>
  take(api.GET('/api/schedule-templates', { params: { query: { organization_id, department_id } } }))
export const addTemplate = (body: TemplateInput, key: string) =>
  take(api.POST('/api/schedule-templates', { body, headers: idempotency(key) }))
export const changeTemplate = (id: string, body: TemplateInput) =>
  take(api.PUT('/api/schedule-templates/{template_id}', { params: { path: { template_id: id } }, body }))
export const listExceptions = (query: Span) => take(api.GET('/api/schedule-exceptions', { params: { query } }))
export const addException = (body: ExceptionInput, key: string) =>
  take(api.POST('/api/schedule-exceptions', { body, headers: idempotency(key) }))
export const generateSchedules = (body: { organization_id: string; from: string; to: string }) =>
  take(api.POST('/api/schedules/generate', { body }))
export const listSchedules = (query: Span) => take(api.GET('/api/schedules', { params: { query } }))
export const stopSchedule = (id: string, organization_id: string, reason: string) =>
  take(api.POST('/api/schedules/{schedule_id}/stop', { params: { path: { schedule_id: id } }, body: { organization_id, reason } }))
