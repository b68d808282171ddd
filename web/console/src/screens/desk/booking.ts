import { ref, shallowRef, watch, type ComputedRef } from 'vue'
import { confirmAppointment, holdSlot, listSessions, listSlots, readCalendar, rescheduleAppointment } from '@/api/calls/booking'
import { listDepartments } from '@/api/calls/directory'
import { ApiProblem } from '@/api/problem'
import type { Appointment, ClinicSession, Slot, SlotOffer } from '@/api/types'
import { useAct } from '@/app/act'
import { useAnswer } from '@/app/answer'
import { today } from '@/app/format'

export type Target = { slotId: string; startAt: string }

/** Department → day → clinic → slot → appointment; each choice clears those after it. */
export function useBooking(organizationId: ComputedRef<string>, patientId: ComputedRef<string | null>) {
  const departmentId = ref<string | null>(null)
  const day = ref(today())
  const session = shallowRef<ClinicSession | null>(null)
  const slot = shallowRef<Slot | null>(null)
  const alternatives = shallowRef<SlotOffer[]>([])
  const { busy, act } = useAct()
  let key = crypto.randomUUID()

  const departments = useAnswer(() => listDepartments(organizationId.value, 'outpatient'), { watch: [organizationId] })
  const calendar = useAnswer(
    () => (departmentId.value ? readCalendar(departmentId.value, organizationId.value, today()) : null), { watch: [departmentId] })
  const sessions = useAnswer(
    () => (departmentId.value ? listSessions(departmentId.value, organizationId.value, day.value) : null), { watch: [departmentId, day] })
  const slots = useAnswer(
    () => (session.value ? listSlots(session.value.schedule_id, organizationId.value) : null), { watch: [() => session.value?.schedule_id] })

  watch(organizationId, () => (departmentId.value = null))
  watch([departmentId, day], () => (session.value = null))
  watch(session, () => (slot.value = null))
  watch([slot, patientId], () => {
    alternatives.value = []
    key = crypto.randomUUID()
  })
  watch(() => calendar.data.value, (found) => {
    const days = found?.items ?? []
    if (days.some((d) => d.date === day.value && d.state === 'open')) return
    day.value = days.find((d) => d.state === 'open')?.date ?? day.value
  })

  async function refreshPlaces(): Promise<void> {
    await Promise.all([calendar.refresh(), sessions.refresh(), slots.refresh()])
  }
  async function place(target: Target, moving: Appointment | null): Promise<Appointment> {
    if (moving) return rescheduleAppointment(moving.id, organizationId.value, target.slotId, key)
    if (!patientId.value) throw new Error('booking without a patient')
    const held = await holdSlot({ organization_id: organizationId.value, slot_id: target.slotId, patient_id: patientId.value, channel: 'window' }, key)
    return confirmAppointment(held.id, organizationId.value)
  }

  /** Books (or moves `moving` to) the target; a taken slot leaves its alternatives on the screen. */
  async function book(target: Target, moving: Appointment | null): Promise<Appointment | undefined> {
    const made = await act('book', () => place(target, moving), (problem: ApiProblem) => {
      alternatives.value = problem.problem.alternatives ?? []
      // A refusal is an answer: the next press is a new act. After a broken line the same id must be used again.
      if (!problem.offline) key = crypto.randomUUID()
      return false
    })
    if (made) {
      slot.value = null
      alternatives.value = []
      key = crypto.randomUUID()
    }
    await refreshPlaces()
    return made
  }

  return { departmentId, day, session, slot, alternatives, busy, departments, calendar, sessions, slots, book }
}
