import { call } from './client'
import type { components } from './schema'
import type { Items } from './types'

// Examinations that a doctor ordered, one plan for all of them, and booking it at once.

type Wire = components['schemas']
export type ExamOrder = Wire['ExamRequest']
export type ExamPlans = Wire['ExamPlans']
export type ExamPlan = Wire['PlanOption']
export type PlannedExam = Wire['PlannedExam']
export type Sentence = Wire['Words']
export interface ExamWishes {
  half?: 'am' | 'pm'
  fasted?: boolean
}

export const readExamOrders = (patientId: string) =>
  call<Items<ExamOrder>>('/service-requests', { query: { patient_id: patientId, open: true } })
export const planExams = (organizationId: string, patientId: string, wishes: ExamWishes, again: boolean) =>
  call<ExamPlans>('/exam-plans', {
    method: 'POST',
    body: { organization_id: organizationId, patient_id: patientId, wishes, again },
  })
export const bookExams = (organizationId: string, patientId: string, plan: ExamPlan, fasted: boolean, key: string) =>
  call<Items<unknown>>('/exam-plans/book', {
    method: 'POST',
    idempotencyKey: key,
    body: {
      organization_id: organizationId,
      patient_id: patientId,
      fasted,
      places: plan.exams.map((one) => ({ request_id: one.request_id, slot_id: one.slot_id })),
    },
  })
export const recogniseResult = (order: ExamOrder) =>
  call<ExamOrder>(`/service-requests/${order.id}/recognise`, {
    method: 'POST',
    body: {
      organization_id: order.organization_id,
      report_organization_id: order.recognisable[0]!.organization_id,
      report_id: order.recognisable[0]!.report_id,
    },
  })
