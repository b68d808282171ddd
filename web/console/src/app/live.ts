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

  function say(next: StreamState): void {
    state.value = next
    connection.setStream(name, next)
  }

  watch(
    path,
    (to) => {
      running?.stop()
      running = null
      refused.value = null
      if (!to) return say('stopped')
      const mine = followStream<T>(to, {
        onData: (data) => running === mine && onData(data),
        onState: (next) => running === mine && say(next),
        onRefused: (problem) => running === mine && (refused.value = problem),
      })
      running = mine
      say('connecting')
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    running?.stop()
    running = null
    say('stopped')
  })
  return { state, refused }
}
