import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ApiProblem } from '@/api/problem'
import { followStream, type StreamState } from '@/api/stream'
import { useConnection } from './connection'

/** Follows the stream at `path()` for as long as the screen lives; a null path follows nothing; a new path starts anew. */
export function useLive<T>(path: () => string | null, onData: (data: T) => void) {
  const connection = useConnection()
  const state = ref<StreamState>('stopped')
  const refused = shallowRef<ApiProblem | null>(null)
  const name = crypto.randomUUID()
  let running: { stop: () => void } | null = null
  let turn = 0

  function say(next: StreamState): void {
    state.value = next
    connection.setStream(name, next)
  }

  watch(
    path,
    (to) => {
      running?.stop()
      running = null
      turn += 1
      refused.value = null
      if (!to) return say('stopped')
      const mine = ++turn
      running = followStream<T>(to, {
        onData: (data) => {
          if (mine === turn) onData(data)
        },
        onState: (next) => {
          if (mine === turn) say(next)
        },
        onRefused: (problem) => {
          if (mine === turn) refused.value = problem
        },
      })
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    running?.stop()
    running = null
    turn += 1
    say('stopped')
  })
  return { state, refused }
}
