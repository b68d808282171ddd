import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DrawPublication } from '@/api/calls/draws'
import { canonical, check, rootOf } from '@/screens/draws/proof'
import { bytesOf, hexOf, sm3 } from '@/screens/draws/sm3'

const digest = (text: string) => hexOf(sm3(new TextEncoder().encode(text)))

test('SM3 gives the digests of the standard’s own examples', () => {
  expect(digest('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  expect(digest('abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
  expect(digest('')).toBe('1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b')
  // Lengths around a block's edge take one block of padding or two.
  expect(new Set([55, 56, 63, 64].map((n) => digest('a'.repeat(n)))).size).toBe(4)
  expect(hexOf(bytesOf('00ff10'))).toBe('00ff10')
})

test('canonical text has its keys in order, whatever the order they came in', () => {
  expect(canonical({ b: [1, 'ü'], a: { d: null, c: 2 } })).toBe('{"a":{"c":2,"d":null},"b":[1,"ü"]}')
})

const published = JSON.parse(readFileSync(join(process.cwd(), 'test/unit/published-draw.json'), 'utf8')) as DrawPublication
const states = (found: DrawPublication) => check(found).map((c) => c.state)

test('a file that the server published agrees in every step', () => {
  expect(published.requests.length).toBeGreaterThan(4)
  expect(states(published)).toEqual(['agrees', 'agrees', 'agrees', 'agrees', 'agrees'])
})

test('before the seed is out, what depends on it waits', () => {
  expect(states({ ...published, seed: null, results: [], offers: [] })).toEqual(['agrees', 'agrees', 'agrees', 'waits', 'waits'])
})

test('a changed choice, a swapped request, another seed or a changed term is seen', () => {
  const [first, second, ...rest] = published.requests
  if (!first || !second) throw new Error('the published file holds no requests')
  expect(states({ ...published, requests: [{ ...first, choices: [...first.choices].reverse().concat('x') }, second, ...rest] })[1]).toBe('differs')
  expect(states({ ...published, requests: [second, first, ...rest] })[2]).toBe('differs')
  expect(states({ ...published, seed: '00'.repeat(32) }).slice(3)).toEqual(['differs', 'differs'])
  expect(states({ ...published, terms: { ...published.terms, opens_at: '2020-01-01T00:00:00Z' } })[0]).toBe('differs')
})

test('the root of nothing and of one leaf', () => {
  expect(rootOf([])).toBe(digest(''))
  expect(rootOf(['ab'.repeat(32)])).toBe('ab'.repeat(32))
})
