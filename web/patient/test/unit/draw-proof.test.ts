import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { DrawRequest, Publication } from '@/api/draws'
import { allocate, canonical, checkDraw } from '@/state/draw-proof'
import { toHex } from '@/words/bytes'

// A file that the server published: three classes, the first with two places kept for it, and a public value.
const file = path.resolve(__dirname, '../published/drawn.json')
const published = (): Publication => JSON.parse(readFileSync(file, 'utf8')) as Publication
const noted = { commitment: published().terms.commitment, root: published().root }

/** The fifth person's request: in the example the salt is the person's number, and so is the id. */
function mine(found = published()): DrawRequest {
  const salt = `${'0'.repeat(63)}5`
  const patient_id = '00000000-0000-0000-0000-000000000005'
  const identity = '080ddc695fe94ca3ba1997c4501b4265864adf73801f32e78dfcbf79cd505a40'
  const one = found.requests.find((each) => each.identity === identity)!
  return { salt, patient_id, ...one } as unknown as DrawRequest
}

test('what the server published holds, and my line is mine', () => {
  const line = published().requests.findIndex((one) => one.leaf === mine().leaf) + 1
  expect(checkDraw(published(), noted, mine())).toEqual({ root: 'ok', seed: 'ok', order: 'ok', mine: 'ok', line })
})

test('before the seed is shown only the list can be checked', () => {
  const closed = { ...published(), seed: null, results: [] }
  expect(checkDraw(closed, noted, null)).toEqual({ root: 'ok', seed: 'later', order: 'later', mine: 'later', line: 0 })
})

test('no place is given twice and nobody with a place was without a wish for it', () => {
  const found = published()
  const results = allocate(found)
  expect(results).toHaveLength(found.requests.length)
  for (const { slot_id: slot, places } of found.terms.slots)
    expect(results.filter((one) => one.slot_id === slot).length).toBeLessThanOrEqual(places)
  for (const one of results)
    if (one.slot_id) expect(found.requests.find((each) => each.leaf === one.leaf)!.choices).toContain(one.slot_id)
})

const other = '0'.repeat(64)
test.each<[string, (found: Publication) => void, keyof ReturnType<typeof checkDraw>]>([
  ['another place count', (found) => (found.terms.slots[0]!.places += 1), 'root'],
  ['a request less', (found) => found.requests.pop(), 'root'],
  ['another wish', (found) => found.requests[3]!.choices.reverse(), 'root'],
  ['another class', (found) => (found.requests[3]!.stratum = 'elderly'), 'root'],
  ['requests in another order', (found) => found.requests.reverse(), 'root'],
  ['another root', (found) => (found.root = other), 'root'],
  ['another seed', (found) => (found.seed = other), 'seed'],
  ['a seed that is none', (found) => (found.seed = 'x'), 'seed'],
  ['no public value', (found) => (found.beacon = null), 'seed'],
  ['another public value', (found) => (found.beacon = 'chosen later'), 'order'],
  ['two results exchanged', (found) => found.results!.reverse(), 'order'],
  ['a place for somebody else', (found) => (found.results![0]!.slot_id = null), 'order'],
  ['a result less', (found) => found.results!.pop(), 'order'],
])('%s is noticed', (_name, tamper, check) => {
  const found = published()
  tamper(found)
  // A wish of a single place reads the same backwards; the example's fourth request has more than one.
  expect(checkDraw(found, noted, null)[check]).toBe('bad')
})

test('a seal or root other than the one that stood on the page is noticed', () => {
  expect(checkDraw(published(), { ...noted, commitment: other }, null).seed).toBe('bad')
  expect(checkDraw(published(), { ...noted, root: other }, null).root).toBe('bad')
})

test('a line that is missing, or somebody else’s, is not mine', () => {
  const found = published()
  const me = mine()
  expect(checkDraw(found, noted, { ...me, patient_id: '00000000-0000-0000-0000-000000000006' }).mine).toBe('bad')
  found.requests = found.requests.filter((one) => one.leaf !== me.leaf)
  expect(checkDraw(found, noted, me)).toMatchObject({ mine: 'bad', line: 0 })
})

test('canonical JSON sorts its keys and keeps its lists', () => {
  expect(canonical({ b: [2, 1], a: { d: null, c: '字"' } })).toBe('{"a":{"c":"字\\"","d":null},"b":[2,1]}')
  expect(toHex(Uint8Array.of(1, 171))).toBe('01ab')
})
