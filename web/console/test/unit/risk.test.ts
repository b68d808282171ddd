import { expect, test } from 'vitest'
import type { Ban, RiskBoard } from '@/api/calls/limits'
import { banState, byRule, figuresOf, inUnit, secondsIn, unitOf, windowOf } from '@/screens/risk/board'

const words = { zh: '规则', en: 'rule' }
const board: RiskBoard = {
  first: '', last: '', hours: [], handovers: [], subjects: [{ subject: '…a1b2', score: 80, level: 'code', signals: 3, reasons: [words] }],
  counts: [{ rule: 'a', text: words, outcome: 'challenged', count: 2 }, { rule: 'b', text: words, outcome: 'warned', count: 5 }, { rule: 'a', text: words, outcome: 'refused', count: 1 }, { rule: 'b', text: words, outcome: 'refused', count: 3 }],
}
test('the figures count what every rule led to', () => {
  expect(figuresOf(board)).toEqual({ checks: 11, blockedTotal: 4, handovers: 0, watchedAccounts: 1 })
})

test('outcomes are gathered by rule, the busiest rule first', () => {
  expect(byRule(board).map((r) => [r.rule, r.total, r.counts])).toEqual([['b', 8, { warned: 5, refused: 3 }], ['a', 3, { challenged: 2, refused: 1 }]])
})

test('a span is told in the largest unit that says it whole', () => {
  expect([86_400 * 90, 86_400, 5400, 600, 45, 0].map(windowOf)).toEqual([
    { unit: 'days', n: 90 }, { unit: 'days', n: 1 }, { unit: 'minutes', n: 90 }, { unit: 'minutes', n: 10 }, { unit: 'seconds', n: 45 }, { unit: 'seconds', n: 0 },
  ])
})

const now = Date.parse('2026-11-22T08:00:00+08:00')
const ban = (more: Partial<Ban>): Ban => ({ id: 'b', patient_id: 'p', patient_name: '张*', organization_id: 'o', organization_name: '市一医院', reason: 'no_show', counted: 3, in_force: true, made_at: '2026-11-10T00:00:00+08:00', until: '2026-12-10T00:00:00+08:00', appeal: null, appealed_at: null, decided_at: null, lifted: null, decision: null, ...more })
test('a ban is what its dates and its decision say', () => {
  expect(banState(ban({}), now)).toBe('active')
  expect(banState(ban({ appealed_at: '2026-11-20T00:00:00Z' }), now)).toBe('appealed')
  expect(banState(ban({ appealed_at: '2026-11-20T00:00:00Z', decided_at: '2026-11-21T00:00:00Z', lifted: false }), now)).toBe('kept')
  expect(banState(ban({ until: '2026-11-21T00:00:00Z', lifted: true }), now)).toBe('lifted')
  expect(banState(ban({ until: '2026-11-21T00:00:00Z', appealed_at: '2026-11-20T00:00:00Z' }), now)).toBe('over')
})

test('time to pay is edited in minutes even where it is whole hours, another window in what says it whole', () => {
  expect([1200, 3600, 86_400, 90].map((window_seconds) => unitOf({ kind: 'prepaid', window_seconds }))).toEqual(['minutes', 'minutes', 'minutes', 'seconds'])
  expect(unitOf({ kind: 'limit', window_seconds: 7 * 86_400 })).toBe('days')
  expect([inUnit(7200, 'minutes'), inUnit(7200, 'hours'), secondsIn(45, 'minutes'), secondsIn(2, 'days')]).toEqual([120, 2, 2700, 172_800])
})
