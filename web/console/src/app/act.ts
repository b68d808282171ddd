import { ref } from 'vue'
import { asProblem, type ApiProblem } from '@/api/problem'
import { presentProblem } from '@/parts/present'

/** One act at a time: `busy` names the running one; a refusal is shown to the person and gives undefined. */
export function useAct() {
  const busy = ref<string | null>(null)
  async function act<T>(name: string, run: () => Promise<T>, refused?: (problem: ApiProblem) => boolean): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = name
    try {
      return await run()
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (!refused?.(problem)) presentProblem(problem)
      return undefined
    } finally {
      busy.value = null
    }
  }
  return { busy, act }
}
