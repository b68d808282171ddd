import { expect, test, vi } from 'vitest'
import { listen, take } from '@/api/client'
import { ApiProblem, problemFrom } from '@/api/problem'

const calls = { unauthenticated: vi.fn(), reached: vi.fn(), unreached: vi.fn() }
const problem = (code: string, status: number) => ({ type: `/problems/${code}`, code, status, title: code, message: { zh: '中', en: 'E' }, next: { zh: '', en: '' }, retry: false, request_id: 'r1' })
const answer = (status: number, rest: object) => Promise.resolve({ response: new Response(null, { status }), ...rest })
const caught = (call: Promise<unknown>) => call.then(() => null, (thrown: unknown) => thrown as ApiProblem)

test('data of a good answer comes back and proves the line', async () => {
  listen(calls)
  expect(await take(answer(200, { data: { a: 1 } }))).toEqual({ a: 1 })
  expect(calls.reached).toHaveBeenCalled()
})

test('a problem document is thrown whole', async () => {
  const thrown = await caught(take(answer(409, { error: { ...problem('slot-taken', 409), alternatives: [] } })))
  expect(thrown).toBeInstanceOf(ApiProblem)
  expect(thrown?.code).toBe('slot-taken')
  expect(thrown?.problem.request_id).toBe('r1')
})

test('an ended session is told to the application; a wrong password is not', async () => {
  listen(calls)
  calls.unauthenticated.mockClear()
  await caught(take(answer(401, { error: problem('password-wrong', 401) })))
  expect(calls.unauthenticated).not.toHaveBeenCalled()
  await caught(take(answer(401, { error: problem('unauthenticated', 401) })))
  expect(calls.unauthenticated).toHaveBeenCalledTimes(1)
})

test('no line at all becomes the problem "offline"', async () => {
  listen(calls)
  calls.unreached.mockClear()
  const thrown = await caught(take(Promise.reject(new TypeError('fetch failed'))))
  expect(thrown?.offline).toBe(true)
  expect(calls.unreached).toHaveBeenCalled()
})

test('a programming error stays what it is', async () => {
  expect(await caught(take(Promise.reject(new RangeError('bug'))))).toBeInstanceOf(RangeError)
})

test('a proxy page instead of a problem is still a problem, and 502 means not reached', async () => {
  listen(calls)
  calls.unreached.mockClear()
  expect(problemFrom('<html>', 500).code).toBe('unreadable')
  expect((await caught(take(answer(502, { error: '<html>' }))))?.code).toBe('unreadable')
  expect(calls.unreached).toHaveBeenCalled()
})
