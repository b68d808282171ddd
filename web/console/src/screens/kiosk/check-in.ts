import { ref, shallowRef } from 'vue'
import { checkInByCode } from '@/api/calls/booking'
import { asProblem, type ApiProblem } from '@/api/problem'
import type { CheckInAnswer } from '@/api/types'

/** What a scanner types, without the spaces, line ends and byte-order mark that some of them add. */
export const cleanCode = (text: string): string => text.replace(/[\s\uFEFF\u200B]+/g, '')

/** One person at the kiosk: idle → working → done or refused → idle again. */
export function useCheckIn() {
  const phase = ref<'idle' | 'working' | 'done' | 'refused'>('idle')
  const answer = shallowRef<CheckInAnswer | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  let pending: { text: string; key: string } | null = null

  async function scan(raw: string): Promise<void> {
    const text = cleanCode(raw)
    if (!text || phase.value === 'working') return
    phase.value = 'working'
    // After a broken line the same code keeps its id: the server answers the first try again instead of "replayed".
    if (pending?.text !== text) pending = { text, key: crypto.randomUUID() }
    try {
      answer.value = await checkInByCode(text, pending.key)
      pending = null
      phase.value = 'done'
    } catch (thrown) {
      problem.value = asProblem(thrown)
      if (!problem.value.offline) pending = null
      phase.value = 'refused'
    }
  }
  function reset(): void {
    phase.value = 'idle'
    answer.value = null
    problem.value = null
  }
  return { phase, answer, problem, scan, reset }
}
