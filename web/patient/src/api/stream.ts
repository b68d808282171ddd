import { address, headers } from './client'

export interface Follow<T> {
  path: string
  query?: Record<string, string>
  /** One plain read of the same thing: used for polling where streams don't exist, and after a stream broke. */
  read: () => Promise<T>
  onState: (state: T) => void
  onProblem?: (thrown: unknown) => void
  /** Seconds between two reads when polling. */
  every?: number
}

/** Splits a server-sent event stream into the `data` of its events; keeps an unfinished tail between chunks. */
export function eventReader(onData: (data: string) => void): (chunk: string) => void {
  let tail = ''
  return (chunk) => {
    const blocks = (tail + chunk).replace(/\r\n/g, '\n').split('\n\n')
    tail = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
      if (data.length) onData(data.join('\n'))
    }
  }
}

/**
 * Follows a live thing: by a server-sent stream in the browser, by polling in the mini-program. Returns a function that
 * stops it. A broken stream is bridged by a read at once and reopened with growing pauses (2 s to 30 s).
 */
export function follow<T>(what: Follow<T>): () => void {
  // #ifdef H5
  if (typeof fetch === 'function' && typeof ReadableStream !== 'undefined') return byStream(what)
  // #endif
  return byPolling(what)
}

function byPolling<T>({ read, onState, onProblem, every = 8 }: Follow<T>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  const round = async (): Promise<void> => {
    try {
      const state = await read()
      if (!stopped) onState(state)
    } catch (thrown) {
      if (!stopped) onProblem?.(thrown)
    }
    if (!stopped) timer = setTimeout(round, every * 1000)
  }
  void round()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

// #ifdef H5
function byStream<T>({ path, query, read, onState, onProblem }: Follow<T>): () => void {
  const halt = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = 2
  const open = async (): Promise<void> => {
    try {
      const answer = await fetch(address(path, query), {
        headers: headers({ Accept: 'text/event-stream' }),
        signal: halt.signal,
      })
      const type = answer.headers.get('content-type') ?? ''
      if (!answer.ok || !answer.body || !type.includes('event-stream')) throw new Error(`stream ${answer.status}`)
      await drain(answer.body, (data) => {
        pause = 2
        onState(JSON.parse(data) as T)
      })
    } catch {
      // The stream is a convenience: what went wrong with it shows up, worded, in the plain read below.
    }
    if (halt.signal.aborted) return
    await read().then(onState, (thrown) => onProblem?.(thrown))
    if (halt.signal.aborted) return
    timer = setTimeout(open, pause * 1000)
    pause = Math.min(pause * 2, 30)
  }
  void open()
  return () => {
    halt.abort()
    clearTimeout(timer)
  }
}

async function drain(body: ReadableStream<Uint8Array>, onData: (data: string) => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const feed = eventReader(onData)
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    feed(decoder.decode(value, { stream: true }))
  }
}
// #endif
