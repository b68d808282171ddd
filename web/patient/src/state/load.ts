import { reactive } from 'vue'
import { asProblem } from '@/api/problem'
import type { Problem } from '@/api/types'

export interface Load<T> {
  data: T | null
  problem: Problem | null
  busy: boolean
  /** Runs the read again; what was shown before stays until the new answer is here. */
  run: () => Promise<void>
}

/** A thing that a page reads: its four states (loading, here, problem, offline) in one object for YtState. */
export function useLoad<T>(read: () => Promise<T>): Load<T> {
  let turn = 0
  const load = reactive({
    data: null,
    problem: null,
    busy: false,
    async run() {
      const mine = ++turn
      load.busy = true
      try {
        const answer = await read()
        // A slow earlier answer must not overwrite a later one (changed filter, changed person).
        if (mine === turn) Object.assign(load, { data: answer, problem: null })
      } catch (thrown) {
        if (mine === turn) load.problem = asProblem(thrown)
      } finally {
        if (mine === turn) load.busy = false
      }
    },
  }) as Load<T>
  return load
}
