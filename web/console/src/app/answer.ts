import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import { asProblem, type ApiProblem } from '@/api/problem'

/**
 * Loads something for a screen and keeps it: `data` stays when a later load fails (the screen then marks it as old).
 * An answer that arrives after a newer question is dropped. `every` (ms) loads again while the page is in sight.
 */
export function useAnswer<T>(load: () => Promise<T> | null, options: { watch?: WatchSource[]; every?: number } = {}) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const loading = ref(false)
  const at = ref<string | null>(null)
  let turn = 0

  async function refresh(): Promise<void> {
    const mine = ++turn
    const asked = load()
    if (!asked) {
      data.value = null
      loading.value = false
      return
    }
    loading.value = true
    try {
      const answer = await asked
      if (mine !== turn) return
      data.value = answer
      problem.value = null
      at.value = new Date().toISOString()
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  if (options.watch?.length) {
    watch(options.watch, () => {
      data.value = null
      problem.value = null
      void refresh()
    })
  }
  if (options.every) {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh()
    }, options.every)
    onScopeDispose(() => clearInterval(timer))
  }
  void refresh()
  return { data, problem, loading, at, refresh }
}
