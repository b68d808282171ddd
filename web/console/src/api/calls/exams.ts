import { api, idempotency, take } from '../client'
import type { components } from '../schema'

type S = components['schemas']
export type ExamRequest = S['ExamRequest']
export type ExamPlans = S['ExamPlans']
export type PlanOption = S['PlanOption']
export type ExamOrder = S['ExamOrder']
export type DeviceLoad = S['DeviceLoad']

export const listExams = (organization_id: string, patient_id: string) =>
  take(api.GET('/api/service-requests', { params: { query: { organization_id, patient_id, open: true } } }))
export const orderExams = (body: ExamOrder, key: string) => take(api.POST('/api/service-requests', { body, headers: idempotency(key) }))
export const revokeExam = (request_id: string, organization_id: string) =>
  take(api.POST('/api/service-requests/{request_id}/revoke', { params: { path: { request_id } }, body: { organization_id } }))
/** Nothing is held; `again`: what is booked may move as well. */
export const planExams = (organization_id: string, patient_id: string, again: boolean, fasted: boolean) =>
  take(api.POST('/api/exam-plans', { body: { organization_id, patient_id, again, wishes: { fasted } } }))
/** All places of the plan, or none. */
export const bookExams = (organization_id: string, patient_id: string, plan: PlanOption, fasted: boolean, key: string) =>
  take(api.POST('/api/exam-plans/book', { body: { organization_id, patient_id, fasted, places: plan.exams.map(({ request_id, slot_id }) => ({ request_id, slot_id })) }, headers: idempotency(key) }))
export const readExamRules = (organization_id: string) => take(api.GET('/api/exam-rules', { params: { query: { organization_id } } }))
export const readExamBoard = (organization_id: string) => take(api.GET('/api/exam-board', { params: { query: { organization_id } } }))
export type RuleBase = S['RuleBase']
export type ExamRule = S['ExamRule']
export type PairRule = S['PairRule']
export type RulesView = S['RulesView']
export type RulesTried = S['RulesTried']
export type DraftRequest = S['DraftRequest']
export const saveRulesDraft = (body: DraftRequest, key: string) => take(api.POST('/api/exam-rules/draft', { body, headers: idempotency(key) }))
/** Contradictions and examples that the rules do not keep; nothing is saved. */
export const tryRules = (body: DraftRequest) => take(api.POST('/api/exam-rules/try', { body }))
export const publishRules = (organization_id: string, key: string) => take(api.POST('/api/exam-rules/publish', { body: { organization_id }, headers: idempotency(key) }))
export const discardRules = (organization_id: string, key: string) => take(api.POST('/api/exam-rules/discard', { body: { organization_id }, headers: idempotency(key) }))
export const listExamServices = (organization_id: string) => take(api.GET('/api/exam-services', { params: { query: { organization_id } } }))
export const setExamService = (service_id: string, organization_id: string, device_class: string | null) =>
  take(api.PUT('/api/exam-services/{service_id}', { params: { path: { service_id } }, body: { organization_id, device_class } }))
