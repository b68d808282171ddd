import { expect, test } from 'vitest'
import type { ExamOrder, ExamPlan, PlannedExam } from '@/api/exams'
import { byHospital, changesSomething, tripsOf, unplanned } from '@/state/exam-plan'

const exam = (start_at: string, booked = false) => ({ start_at, arrive_at: start_at, booked }) as PlannedExam
const plan = (...exams: PlannedExam[]) => ({ exams }) as ExamPlan
const order = (organization_id: string, appointment: unknown = null, displaced = false) =>
  ({ organization_id, appointment, displaced }) as ExamOrder

test('a plan is shown as comings, each in order of time', () => {
  const later = exam('2026-11-24T09:00:00+08:00')
  const first = exam('2026-11-24T08:00:00+08:00')
  const other = exam('2026-11-25T00:30:00+08:00')
  const trips = tripsOf(plan(later, other, first))
  expect(trips.map((one) => one.day)).toEqual(['2026-11-24', '2026-11-25'])
  expect(trips[0]!.exams).toEqual([first, later])
  expect(trips[0]!.arrive).toBe(first.arrive_at)
})

test('only a plan with something new is booked', () => {
  expect(changesSomething(plan(exam('2026-11-24T08:00:00+08:00', true)))).toBe(false)
  expect(changesSomething(plan(exam('2026-11-24T08:00:00+08:00', true), exam('2026-11-24T09:00:00+08:00')))).toBe(true)
})

test('hospitals are planned one by one, and what fell away counts as open', () => {
  const orders = [order('a'), order('b', {}), order('a', {}, true), order('a', {})]
  expect(byHospital(orders).map((one) => [one.id, one.orders.length])).toEqual([
    ['a', 3],
    ['b', 1],
  ])
  expect(unplanned(orders)).toEqual([orders[0], orders[2]])
})
