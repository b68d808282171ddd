import { refusal, requestHeaders } from './client'
import { ApiProblem, offlineProblem, problemFrom } from './problem'
import { EventReader } from './sse'

export type StreamState = 'connecting' | 'live' | 'retrying' | 'stopped'

export type StreamHooks<T> = {
  onData: (data: T) => void
  onState?: (state: StreamState) => void
  /** Called for a refusal that waiting won't mend (401, 403, 404 …); the stream stops after it. */
  onRefused?: (problem: ApiProblem) => void
}

/** Milliseconds before try number `attempt` (from 1): doubling from half a second to 15 s, spread so that a hall full of screens doesn't return at once. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(15_000, 500 * 2 ** Math.max(0, attempt - 1))
  return Math.round(ceiling * (0.5 + random() / 2))
}

/** Without a byte for this long (three heartbeats of 15 s) the line counts as dead even if the socket says otherwise. */
export const SILENCE_MS = 45_000

/**
 * Follows a server-sent event stream with the bearer header (EventSource can't send one) until `stop()`;
 * reconnects by itself after a broken line, and at once when the browser comes back online or in sight.
 */
export function followStream<T>(path: string, hooks: StreamHooks<T>): { stop: () => void } {
  let stopped = false
  let attempt = 0
  let controller: AbortController | null = null
  let wake: (() => void) | null = null

  const say = (state: StreamState) => hooks.onState?.(state)
  const nudge = () => {
    if (document.visibilityState === 'visible') wake?.()
  }
  window.addEventListener('online', nudge)
  document.addEventListener('visibilitychange', nudge)

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function once(): Promise<void> {
    controller = new AbortController()
    const { signal } = controller
    let dog = setTimeout(() => controller?.abort(), SILENCE_MS)
    try {
      const response = await fetch(path, { headers: { ...requestHeaders(), Accept: 'text/event-stream' }, signal, cache: 'no-store' })
      if (!response.ok || !response.body) {
        throw problemFrom(await response.json().catch(() => null), response.status)
      }
      say('live')
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      const events = new EventReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(dog)
        dog = setTimeout(() => controller?.abort(), SILENCE_MS)
        for (const event of events.push(value)) {
          attempt = 0
          hooks.onData(JSON.parse(event.data) as T)
        }
      }
    } finally {
      clearTimeout(dog)
    }
  }

  async function run(): Promise<void> {
    say('connecting')
    while (!stopped) {
      try {
        await once()
      } catch (thrown) {
        if (stopped) break
        const problem = thrown instanceof ApiProblem ? thrown : offlineProblem()
        const { status } = problem.problem
        if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
          hooks.onRefused?.(refusal(problem))
          break
        }
      }
      if (stopped) break
      attempt += 1
      say('retrying')
      await pause(retryDelay(attempt))
    }
    say('stopped')
  }
  void run()

  return {
    stop() {
      stopped = true
      controller?.abort()
      wake?.()
      window.removeEventListener('online', nudge)
      document.removeEventListener('visibilitychange', nudge)
    },
  }
}
