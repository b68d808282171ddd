import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bill, Stay } from '@/api/types'
import { depositChoices, dueNow, fenOf, runningBills } from '@/state/stays'

const bill = (id: string, kind: Bill['kind']) => ({ id, kind }) as Bill
const stay = (bill_id: string, state: Stay['state']) => ({ bill_id, state }) as Stay

interface Sent {
  url: string
  success: (answer: { statusCode: number; data: string }) => void
}
let sent: Sent[]
beforeEach(() => {
  sent = []
  vi.stubGlobal('uni', { request: (given: Sent) => sent.push(given) })
})
afterEach(() => vi.unstubAllGlobals())

test('nothing of a stay is due while it runs', async () => {
  const stays = [stay('a', 'running'), stay('b', 'closing'), stay('c', 'settled')]
  expect([...runningBills(stays)]).toEqual(['a'])
  const due = dueNow([bill('a', 'inpatient'), bill('b', 'inpatient'), bill('d', 'outpatient')])
  expect(sent.map((one) => one.url)).toEqual(['/api/stays'])
  sent[0]!.success({ statusCode: 200, data: JSON.stringify({ items: stays }) })
  expect((await due).map((one) => one.id)).toEqual(['b', 'd'])
})

test('the stays are not asked for when no bill can be of one', async () => {
  expect(await dueNow([bill('d', 'outpatient'), bill('e', 'deposit')])).toHaveLength(2)
  expect(sent).toEqual([])
})

test('what is short is offered first, and round amounts above it', () => {
  expect(depositChoices(0)).toEqual([100_000, 200_000, 500_000, 1_000_000])
  expect(depositChoices(350_000)).toEqual([350_000, 500_000, 1_000_000])
  expect(depositChoices(12_345)).toEqual([12_345, 100_000, 200_000, 500_000])
})

test.each([
  ['3000', 300_000],
  [' 12.5 ', 1_250],
  ['12.05', 1_205],
  ['0.1', 10],
  ['12.345', null],
  ['-5', null],
  ['1e5', null],
  ['', null],
  ['99999999', null],
])('typed yuan %s', (typed, fen) => {
  expect(fenOf(typed)).toBe(fen)
})
