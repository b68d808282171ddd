import { expect, test } from 'vitest'
import type { DeviceLoad, ExamRule, PairRule, RuleBase } from '@/api/calls/exams'
import { boardOf } from '@/screens/exams/loads'
import { clockOf, examplesOf, matching, minutesOf, withItem, withoutItem, withoutPair, withPair } from '@/screens/exams/rules'

const load = (device_class: string, day: string, places: number, taken: number) => ({ device_class, day, places, taken, stopped: 0 }) as DeviceLoad

test('services on one kind of device are added up, days without places stay empty', () => {
  const { days, rows } = boardOf([load('ct', '2026-11-25', 10, 5), load('ct', '2026-11-24', 10, 10), load('ct', '2026-11-25', 10, 0), load('mr', '2026-11-24', 4, 1)])
  expect(days).toEqual(['2026-11-24', '2026-11-25'])
  expect(rows.map((row) => row.deviceClass)).toEqual(['ct', 'mr'])
  expect(rows[0]?.cells.map((one) => [one.taken, one.places, one.share])).toEqual([[10, 10, 1], [5, 20, 0.25]])
  expect(rows[1]?.cells[1]).toEqual({ places: 0, taken: 0, stopped: 0, share: 0 })
})

const item = (code: string, name: string) => ({ code, name, name_en: code, device_class: 'CT', duration_min: 10 }) as ExamRule
const rules: RuleBase = { version: '1', items: [item('a', '头颅'), item('b', '胸部')], pairs: [], supper: 1200 }

test('rules change one by one, and the rest stays as it was', () => {
  expect(withItem(rules, item('a', '颅脑')).items.map((one) => one.name)).toEqual(['颅脑', '胸部'])
  expect(withItem(rules, item('c', '腹部')).items).toHaveLength(3)
  expect(withoutItem(rules, 'a').items.map((one) => one.code)).toEqual(['b'])
  const pair = { id: 'x', first: 'a', then: 'b', kind: 'order' } as PairRule
  const more = withPair(rules, pair)
  expect(withPair(more, { ...pair, then: 'CT' }).pairs?.map((one) => one.then)).toEqual(['CT'])
  expect(withoutPair(more, 'x').pairs).toEqual([])
  expect(rules.pairs).toEqual([])
})

test('what is typed is found, read and shown', () => {
  expect(matching(rules.items, ' 头').map((one) => one.code)).toEqual(['a'])
  expect(matching(rules.items, 'ct')).toHaveLength(2)
  expect([clockOf(665), clockOf(null), minutesOf('11:05'), minutesOf(null)]).toEqual(['11:05', '', 665, null])
  expect(examplesOf('')).toEqual([])
  expect([examplesOf('{}'), examplesOf('[')]).toEqual([null, null])
})
