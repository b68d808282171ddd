import type { ExamOrder, ExamPlan, PlannedExam } from '@/api/exams'
import { wallOf } from '@/words/time'

/** One coming to the hospital: a day and its examinations in order of time. */
export interface Trip {
  day: string
  arrive: string
  exams: PlannedExam[]
}

/** The comings of a plan, the earliest first. */
export function tripsOf(plan: ExamPlan): Trip[] {
  const trips: Trip[] = []
  for (const exam of [...plan.exams].sort((a, b) => a.start_at.localeCompare(b.start_at))) {
    const day = wallOf(exam.start_at).date
    const last = trips[trips.length - 1]
    if (last?.day === day) last.exams.push(exam)
    else trips.push({ day, arrive: exam.arrive_at, exams: [exam] })
  }
  return trips
}

/** Whether a plan changes anything: something in it is not booked, or is booked at another time. */
export const changesSomething = (plan: ExamPlan): boolean => plan.exams.some((one) => !one.booked)

/** Orders by hospital, in the order in which they came. */
export function byHospital(orders: ExamOrder[]): { id: string; orders: ExamOrder[] }[] {
  const found: { id: string; orders: ExamOrder[] }[] = []
  for (const order of orders) {
    const here = found.find((one) => one.id === order.organization_id)
    if (here) here.orders.push(order)
    else found.push({ id: order.organization_id, orders: [order] })
  }
  return found
}

/** Orders that have no time, or whose time fell away. */
export const unplanned = (orders: ExamOrder[]): ExamOrder[] => orders.filter((one) => !one.appointment || one.displaced)
