import { expect, test, vi } from 'vitest'
import { followStream, retryDelay, type StreamState } from '@/api/stream'

const body = (...pieces: string[]) =>
  new Response(new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  }), { status: 200, headers: { 'content-type': 'text/event-stream' } })

test('waits grow from half a second to fifteen and are spread', () => {
  expect(retryDelay(1, () => 1)).toBe(500)
  expect(retryDelay(1, () => 0)).toBe(250)
  expect(retryDelay(3, () => 1)).toBe(2000)
  expect(retryDelay(40, () => 1)).toBe(15_000)
})

test('hears events, and comes back by itself after the line breaks', async () => {
  const answers = [() => body('event: state\ndata: {"n":1}\n\n'), () => { throw new TypeError('no line') }, () => body('data: {"n":2}\n\n')]
  const fetched = vi.fn(async () => (answers.shift() ?? (() => new Promise<Response>(() => undefined)))())
  vi.stubGlobal('fetch', fetched)
  sessionStorage.setItem('yitong.staff-token', 'T1')
  const heard: number[] = []
  const states: StreamState[] = []
  const stream = followStream<{ n: number }>('/api/x/stream', { onData: (d) => heard.push(d.n), onState: (s) => states.push(s) })
  await vi.waitFor(() => expect(heard).toEqual([1, 2]), { timeout: 5000 })
  expect(states.slice(0, 3)).toEqual(['connecting', 'live', 'retrying'])
  const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit]
  expect((init.headers as Record<string, string>).Authorization).toBe('Bearer T1')
  stream.stop()
})

test('a refusal that waiting will not mend stops the stream and is told', async () => {
  const problem = { type: '/problems/forbidden', code: 'forbidden', status: 403, title: '', message: { zh: '无权', en: 'No' }, next: { zh: '', en: '' }, retry: false, request_id: 'r' }
  const fetched = vi.fn(async () => new Response(JSON.stringify(problem), { status: 403 }))
  vi.stubGlobal('fetch', fetched)
  const refused = vi.fn()
  const states: StreamState[] = []
  followStream('/api/x/stream', { onData: () => undefined, onState: (s) => states.push(s), onRefused: refused })
  await vi.waitFor(() => expect(states.at(-1)).toBe('stopped'))
  expect(refused.mock.calls[0]?.[0].code).toBe('forbidden')
  expect(fetched).toHaveBeenCalledTimes(1)
})
