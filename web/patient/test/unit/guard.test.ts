import { expect, test } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { Problem } from '@/api/types'
import { useGuard, type Answers } from '@/state/guard'

const refusal = (code: string, more: Partial<Problem> = {}) =>
  new ApiProblem({ code, status: 428, title: '', message: {}, next: {}, retry: false, ...more } as Problem)
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
/** Refuses with each of these in turn, then answers; keeps what it was asked with. */
function server(...refusals: ApiProblem[]) {
  const asked: Answers[] = []
  return {
    asked,
    act: (answers: Answers) => {
      asked.push(answers)
      const next = refusals.shift()
      return next ? Promise.reject(next) : Promise.resolve('done')
    },
  }
}

test('in the waiting room the same is asked again with the ticket, as often as the server says', async () => {
  const pauses: number[] = []
  const seen: number[] = []
  const guard = useGuard((ms) => {
    pauses.push(ms)
    seen.push(guard.ahead)
    return Promise.resolve()
  })
  const { asked, act } = server(
    refusal('waiting-room', { ticket: 't1', ahead: 9, poll_after_s: 4 }),
    refusal('waiting-room', { ticket: 't1', ahead: 2, poll_after_s: 2 }),
  )
  expect(await guard.run(act)).toBe('done')
  expect(asked).toEqual([{}, { 'X-Ticket': 't1' }, { 'X-Ticket': 't1' }])
  expect(pauses).toEqual([4000, 2000])
  expect(seen).toEqual([9, 2])
  expect(guard.phase).toBe('none')
})

test('a proof is worked out and sent; one that is used up makes way for another', async () => {
  const guard = useGuard()
  const { asked, act } = server(
    refusal('proof-needed', { challenge: 'a', difficulty_bits: 4 }),
    refusal('proof-wrong'),
    refusal('proof-needed', { challenge: 'b', difficulty_bits: 4 }),
  )
  expect(await guard.run(act)).toBe('done')
  expect(asked.map((one) => one['X-Proof']?.slice(0, 2))).toEqual([undefined, 'a.', undefined, 'b.'])
})

test('proofs that are asked for again and again come to an end', async () => {
  const guard = useGuard()
  const endless = () => Promise.reject(refusal('proof-needed', { challenge: 'a', difficulty_bits: 1 }))
  await expect(guard.run(endless)).rejects.toMatchObject({ problem: { code: 'proof-needed' } })
})

test('a code is waited for, and a wrong one can be typed again', async () => {
  const guard = useGuard()
  const { asked, act } = server(refusal('phone-code-needed'), refusal('code-wrong'))
  const done = guard.run(act)
  await soon()
  expect(guard.phase).toBe('code')
  guard.answer('c.000000')
  await soon()
  expect(guard.problem?.code).toBe('code-wrong')
  guard.answer('c.123456')
  expect(await done).toBe('done')
  expect(asked.map((one) => one['X-Phone-Code'])).toEqual([undefined, 'c.000000', 'c.123456'])
})

test('who gives up hears why it did not go on', async () => {
  const guard = useGuard()
  const { asked, act } = server(refusal('phone-code-needed'))
  const done = guard.run(act)
  await soon()
  guard.leave()
  await expect(done).rejects.toMatchObject({ problem: { code: 'phone-code-needed' } })
  expect(asked).toHaveLength(1)
  expect(guard.phase).toBe('none')
})

test('leaving the line asks no more', async () => {
  let go: () => void = () => undefined
  const guard = useGuard(() => new Promise<void>((resolve) => (go = resolve)))
  const { asked, act } = server(refusal('waiting-room', { ticket: 't', ahead: 3 }))
  const done = guard.run(act)
  await soon()
  guard.leave()
  go()
  await expect(done).rejects.toMatchObject({ problem: { code: 'waiting-room' } })
  expect(asked).toHaveLength(1)
})

test('another refusal goes straight to the page', async () => {
  const guard = useGuard()
  await expect(guard.run(server(refusal('slot-taken')).act)).rejects.toMatchObject({ problem: { code: 'slot-taken' } })
})
