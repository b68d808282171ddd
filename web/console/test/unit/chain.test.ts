import { expect, test } from 'vitest'
import type { ChainTransaction, Followed } from '@/api/calls/chain'
import { brief, followable, newestFirst, tone, total } from '@/screens/chain/chain'

test('digests are shown by their beginning, short ones whole', () => {
  expect(brief('0123456789abcdef'.repeat(4))).toBe('0123456789ab…')
  expect(brief('0123456789')).toBe('0123456789')
})

test('only what names a prescription can be followed', () => {
  expect(followable({ number: '2026112200001' } as ChainTransaction)).toBe(true)
  expect(followable({ number: '' } as ChainTransaction)).toBe(false)
  expect(followable({ number: null } as ChainTransaction)).toBe(false)
})

test('a refusal looks different from what was done', () => {
  expect(tone('ok')).not.toBe(tone('held'))
})

test('the newest round comes first and keeps its number', () => {
  const found = { rounds: [{ subject: 'a' }, { subject: 'b' }] } as unknown as Followed
  expect(newestFirst(found).map(({ round, number }) => [round.subject, number])).toEqual([['b', 2], ['a', 1]])
})

test('quantities are added over the lines', () => {
  expect(total([10, 2])).toBe(12)
  expect(total([])).toBe(0)
})
