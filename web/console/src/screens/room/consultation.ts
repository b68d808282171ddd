import { computed, onScopeDispose, reactive, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { finishEncounter, readEncounter, recordDiagnoses, saveEncounter } from '@/api/calls/queue'
import { asProblem, type ApiProblem } from '@/api/problem'
import type { Encounter, QueueEntry } from '@/api/types'

const SAVE_AFTER_MS = 1200

/** The note of the patient in the room: loaded with the entry, saved while it is written, closed by `finish`. */
export function useConsultation(organizationId: ComputedRef<string | null>, entry: ComputedRef<QueueEntry | null>) {
  const encounter = shallowRef<Encounter | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const note = reactive({ chief_complaint: '', diagnosis_text: '', advice: '', follow_up: 'none' as Encounter['follow_up'] })
  const savedAt = ref<string | null>(null)
  const saving = ref(false)
  const dirty = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let filling = false
  /** How often the note was changed by hand: an answer that was asked for before must not take the words back. */
  let strokes = 0

  const writable = computed(() => entry.value?.state === 'in_consultation' && encounter.value?.state === 'in_progress')

  function fill(next: Encounter | null): void {
    encounter.value = next
    filling = true
    note.chief_complaint = next?.chief_complaint ?? ''
    note.diagnosis_text = next?.diagnosis_text ?? ''
    note.advice = next?.advice ?? ''
    note.follow_up = next?.follow_up ?? 'none'
    dirty.value = false
    savedAt.value = null
    queueMicrotask(() => (filling = false))
  }

  async function load(): Promise<void> {
    const id = entry.value?.encounter_id
    const before = strokes
    if (id !== encounter.value?.id) clearTimeout(timer)
    const organization = organizationId.value
    problem.value = null
    if (!id || !organization) return fill(null)
    try {
      const found = await readEncounter(id, organization)
      if (entry.value?.encounter_id !== id) return
      if (strokes !== before && encounter.value?.id === id) encounter.value = found
      else fill(found)
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    const id = encounter.value?.id
    const organization = organizationId.value
    if (!id || !organization || !dirty.value || !writable.value) return
    saving.value = true
    dirty.value = false
    try {
      await saveEncounter(id, { organization_id: organization, ...note })
      savedAt.value = new Date().toISOString()
      problem.value = null
    } catch (thrown) {
      // The words stay in the form; the next stroke, or finishing, sends them again.
      dirty.value = true
      problem.value = asProblem(thrown)
    } finally {
      saving.value = false
    }
  }

  /** Records the coded diagnoses, the main one first; a refusal leaves those recorded before. */
  async function diagnose(codes: string[]): Promise<void> {
    const organization = organizationId.value
    const id = encounter.value?.id
    if (!id || !organization) return
    try {
      const next = await recordDiagnoses(id, { organization_id: organization, items: codes.map((code, i) => ({ code, main: i === 0 })) })
      if (encounter.value?.id === id) encounter.value = next
      problem.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
      if (encounter.value?.id === id) encounter.value = { ...encounter.value, diagnoses: [...(encounter.value.diagnoses ?? [])] }
    }
  }

  /** Closes the encounter with what is written; throws ApiProblem and leaves everything as it was when refused. */
  async function finish(): Promise<Encounter> {
    clearTimeout(timer)
    const organization = organizationId.value
    if (!encounter.value || !organization) throw new Error('finish() without an encounter')
    const done = await finishEncounter(encounter.value.id, { organization_id: organization, ...note })
    dirty.value = false
    return done
  }

  watch(() => [entry.value?.encounter_id, entry.value?.state] as const, ([id, state], before) => {
    if (id !== before?.[0] || state !== before?.[1]) void load()
  }, { immediate: true })
  watch(note, () => {
    if (filling) return
    strokes += 1
    dirty.value = true
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MS)
  }, { flush: 'sync' })
  onScopeDispose(() => void save())

  return { encounter, note, problem, savedAt, saving, dirty, writable, finish, diagnose, load }
}
