import { expect, test } from 'vitest'
import type { Ban, RiskBoard } from '@/api/calls/limits'
import { banState, figuresOf, windowOf } from '@/screens/risk/board'

const words = { zh: '规则', en: 'rule' }
const board: RiskBoard = {
  rules: [{ rule: 'a', text: words, counts: { refused: 3, challenged: 2 } }, { rule: 'b', text: words, counts: { warned: 5, refused: 1 } }],
  subjects: [{ subject: 'account', masked: '张*', score: 80, level: 'code', reasons: [words] }], timeline: [], transfers: [],
}
test('the figures count what every rule led to', () => {
  expect(figuresOf(board)).toEqual({ checks: 11, blockedTotal: 4, handovers: 0, watchedAccounts: 1 })
})

test('a span is told in the largest unit that says it whole', () => {
  expect([86_400 * 90, 86_400, 5400, 600, 45, 0].map(windowOf)).toEqual([
    { unit: 'days', n: 90 }, { unit: 'days', n: 1 }, { unit: 'minutes', n: 90 }, { unit: 'minutes', n: 10 }, { unit: 'seconds', n: 45 }, { unit: 'seconds', n: 0 },
  ])
})

const now = Date.parse('2026-11-22T08:00:00+08:00')
const ban = (more: Partial<Ban>): Ban => ({ id: 'b', patient_id: 'p', patient_name: '张三', id_number_masked: null, organization_id: 'o', reason: 'no_show', counted: 3, made_at: '2026-11-10T00:00:00+08:00', until: '2026-12-10T00:00:00+08:00', appealed_at: null, appeal_text: null, decided_at: null, decided_by: null, lifted: null, decision: null, ...more })
test('a ban is what its dates and its decision say', () => {
  expect(banState(ban({}), now)).toBe('active')
  expect(banState(ban({ appealed_at: '2026-11-20T00:00:00Z' }), now)).toBe('appealed')
  expect(banState(ban({ appealed_at: '2026-11-20T00:00:00Z', decided_at: '2026-11-21T00:00:00Z', lifted: false }), now)).toBe('kept')
  expect(banState(ban({ until: '2026-11-21T00:00:00Z', lifted: true }), now)).toBe('lifted')
  expect(banState(ban({ until: '2026-11-21T00:00:00Z', appealed_at: '2026-11-20T00:00:00Z' }), now)).toBe('over')
})
