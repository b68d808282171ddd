import { expect, test, vi } from 'vitest'
import { computed, effectScope, nextTick, ref } from 'vue'
import type { Encounter, QueueEntry } from '@/api/types'

const answers = vi.hoisted(() => ({ read: [] as ((found: unknown) => void)[], saved: [] as unknown[] }))
vi.mock('@/api/calls/queue', () => ({
  readEncounter: () => new Promise((resolve) => answers.read.push(resolve)),
  saveEncounter: async (_: string, note: unknown) => answers.saved.push(note),
  finishEncounter: async (_: string, note: unknown) => note,
  recordDiagnoses: async () => undefined,
}))
const { useConsultation } = await import('@/screens/room/consultation')

const empty = { id: 'e1', state: 'in_progress', chief_complaint: '', diagnosis_text: '', advice: '', follow_up: 'none', diagnoses: [] } as unknown as Encounter
const settled = async () => {
  await nextTick()
  await new Promise((resolve) => setTimeout(resolve))
}

test('words typed while an answer is on its way stay', async () => {
  const entry = ref({ encounter_id: 'e1', state: 'called' } as QueueEntry)
  const scope = effectScope()
  const room = scope.run(() => useConsultation(computed(() => 'o1'), computed(() => entry.value)))!
  answers.read.shift()!(empty)
  await settled()
  // The patient comes in: the encounter is read again, and the doctor does not wait for that.
  entry.value = { ...entry.value, state: 'in_consultation' }
  await nextTick()
  room.note.diagnosis_text = '高血压'
  answers.read.shift()!({ ...empty })
  await settled()
  expect(room.note.diagnosis_text).toBe('高血压')
  expect(room.dirty.value).toBe(true)
  expect(await room.finish()).toMatchObject({ diagnosis_text: '高血压' })
  // Nothing was typed: another patient's note replaces this one.
  entry.value = { encounter_id: 'e2', state: 'in_consultation' } as QueueEntry
  await nextTick()
  answers.read.shift()!({ ...empty, id: 'e2', advice: '复查' })
  await settled()
  expect([room.note.diagnosis_text, room.note.advice]).toEqual(['', '复查'])
  scope.stop()
})
