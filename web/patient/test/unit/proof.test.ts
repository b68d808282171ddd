import { createHash, getHashes } from 'node:crypto'
import { expect, test } from 'vitest'
import { solve } from '@/state/proof'
import { fromHex, joined, toHex, utf8 } from '@/words/bytes'
import { leadingZeroBits, sha256 } from '@/words/sha256'
import { merkleRoot, sm3 } from '@/words/sm3'

const hex = (words: Int32Array) => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')

test('SHA-256 agrees with another implementation at every length around a block', () => {
  for (let size = 0; size < 200; size++) {
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 255)
    expect(hex(sha256(data))).toBe(createHash('sha256').update(data).digest('hex'))
  }
})

// The two examples of GB/T 32905-2016, appendix A.
test('SM3 gives the standard’s own examples', () => {
  expect(toHex(sm3(utf8('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  expect(toHex(sm3(utf8('abcd'.repeat(16))))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732')
})

test.runIf(getHashes().includes('sm3'))('SM3 agrees with another implementation at every length', () => {
  for (let size = 0; size < 200; size++) {
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 11 + size) & 255)
    expect(toHex(sm3(data))).toBe(createHash('sm3').update(data).digest('hex'))
  }
})

test('a tree splits at the largest power of two below its size, and a leaf is no node', () => {
  const leaves = ['a', 'b', 'c', 'd', 'e'].map(utf8)
  const leaf = (n: number) => sm3(joined(Uint8Array.of(0), leaves[n]!))
  const node = (left: Uint8Array, right: Uint8Array) => sm3(joined(Uint8Array.of(1), left, right))
  const four = node(node(leaf(0), leaf(1)), node(leaf(2), leaf(3)))
  const digests = leaves.map((_, n) => leaf(n))
  expect(toHex(merkleRoot(digests))).toBe(toHex(node(four, leaf(4))))
  expect(toHex(merkleRoot([leaf(0)]))).toBe(toHex(leaf(0)))
  expect(toHex(merkleRoot([...digests].reverse()))).not.toBe(toHex(merkleRoot(digests)))
})

test('hexadecimal is read whole or not at all', () => {
  expect(fromHex('00ffA1')).toEqual(Uint8Array.of(0, 255, 161))
  expect(() => fromHex('abc')).toThrow(RangeError)
  expect(() => fromHex('zz')).toThrow(RangeError)
})

test('leading noughts are counted over words', () => {
  expect(leadingZeroBits(Int32Array.of(1, 0))).toBe(31)
  expect(leadingZeroBits(Int32Array.of(0, -1))).toBe(32)
  expect(leadingZeroBits(Int32Array.of(-1))).toBe(0)
})

test('a puzzle’s answer is what the server checks', async () => {
  const shares: number[] = []
  const answer = await solve({ challenge: 'c1', difficulty_bits: 12 }, undefined, (share) => shares.push(share))
  expect(answer).toMatch(/^c1\.\d+$/)
  expect(createHash('sha256').update(answer!).digest('hex').startsWith('000')).toBe(true)
  for (const share of shares) expect(share).toBeLessThan(1)
})

test('a puzzle can be left', async () => {
  expect(await solve({ challenge: 'c1', difficulty_bits: 60 }, () => true)).toBeNull()
})
