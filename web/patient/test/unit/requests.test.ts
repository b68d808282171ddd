import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { address, askIn, call, newKey, offline, useBearer, whenUnauthenticated } from '@/api/client'
import { ApiProblem, problemOf } from '@/api/problem'
import { eventReader } from '@/api/stream'
import { groupOffers } from '@/state/offer-groups'
import type { SlotOffer } from '@/api/types'

interface Sent {
  url: string
  method: string
  header: Record<string, string>
  data?: string
  success: (answer: { statusCode: number; data: string }) => void
  fail: () => void
}
let sent: Sent[]
beforeEach(() => {
  sent = []
  vi.stubGlobal('uni', {
    request: (given: Sent) => {
      sent.push(given)
    },
  })
})
afterEach(() => {
  useBearer('')
  askIn('zh-Hans')
  vi.unstubAllGlobals()
})
const answer = (status: number, body: unknown) =>
  sent[0]!.success({ statusCode: status, data: body === undefined ? '' : JSON.stringify(body) })

test('empty values are left out of the address and the rest is escaped', () => {
  expect(address('/search', { q: '心 内&科', a: undefined, b: null, c: '', d: 0 })).toBe(
    '/api/search?q=%E5%BF%83%20%E5%86%85%26%E7%A7%91&d=0',
  )
})

test('keys are version 4 UUIDs and differ', () => {
  const keys = new Set(Array.from({ length: 500 }, newKey))
  expect(keys.size).toBe(500)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('a call carries the token and the language; a POST carries a key, the caller’s own if given', async () => {
  useBearer('t1')
  askIn('en')
  const done = call('/holds', { method: 'POST', body: { a: 1 }, idempotencyKey: 'k1' })
  expect(sent[0]).toMatchObject({ url: '/api/holds', method: 'POST', data: '{"a":1}' })
  expect(sent[0]!.header).toMatchObject({
    Authorization: 'Bearer t1',
    'Accept-Language': 'en',
    'Idempotency-Key': 'k1',
    'Content-Type': 'application/json',
  })
  answer(200, { id: 'x' })
  await expect(done).resolves.toEqual({ id: 'x' })
})

test('a GET carries no key, and 204 is no value', async () => {
  const done = call('/session', { method: 'DELETE' })
  expect(sent[0]!.header).not.toHaveProperty('Idempotency-Key')
  answer(204, undefined)
  await expect(done).resolves.toBeUndefined()
})

test('a problem document reaches the page with its alternatives', async () => {
  const problem = {
    code: 'slot-taken',
    status: 409,
    title: '',
    message: { zh: '约满', en: 'taken' },
    next: { zh: '换一个', en: 'another' },
    retry: false,
    alternatives: [{ slot_id: 's' }],
  }
  const done = call('/holds', { method: 'POST' })
  answer(409, problem)
  await expect(done).rejects.toMatchObject({ problem: { code: 'slot-taken', alternatives: [{ slot_id: 's' }] } })
})

test('an answer that is no problem document still has words', () => {
  expect(problemOf(502, '<html>')).toMatchObject({ code: 'unreadable', status: 502, retry: true })
})

test('no connection is said as such, and a later answer clears it', async () => {
  const lost = call('/me')
  sent[0]!.fail()
  await expect(lost).rejects.toBeInstanceOf(ApiProblem)
  expect(offline.value).toBe(true)
  sent = []
  const back = call('/me')
  answer(200, {})
  await back
  expect(offline.value).toBe(false)
})

test('a refused token signs out, once there was one', async () => {
  const forget = vi.fn()
  whenUnauthenticated(forget)
  const guest = call('/me')
  answer(401, {})
  await expect(guest).rejects.toBeInstanceOf(ApiProblem)
  expect(forget).not.toHaveBeenCalled()
  useBearer('old')
  sent = []
  const member = call('/me')
  answer(401, {})
  await expect(member).rejects.toBeInstanceOf(ApiProblem)
  expect(forget).toHaveBeenCalledOnce()
})

test('events are read whole, however the stream is cut', () => {
  const text = ': beat\n\nevent: state\ndata: {"a":1}\n\nevent: state\r\ndata: {"b":\r\ndata: 2}\r\n\r\n'
  for (const size of [1, 3, 7, 100]) {
    const seen: string[] = []
    const feed = eventReader((data) => seen.push(data))
    for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size))
    expect(seen).toEqual(['{"a":1}', '{"b":\n2}'])
  }
})

test('offers of one clinic stand together, in the order of their first time', () => {
  const offers = [
    ['b', '1'],
    ['a', '2'],
    ['b', '3'],
  ].map(([schedule_id, slot_id]) => ({ schedule_id, slot_id }) as SlotOffer)
  expect(groupOffers(offers).map((one) => [one.head.schedule_id, one.slots.map((slot) => slot.slot_id)])).toEqual([
    ['b', ['1', '3']],
    ['a', ['2']],
  ])
})
