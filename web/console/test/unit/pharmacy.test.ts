import { expect, test } from 'vitest'
import type { CustodyLine, DispenseView } from '@/api/calls/pharmacy'
import { chainOf } from '@/screens/prescriptions/standing'
import { emptyCounter, isAll, leftOf, linesOut, nextLine, outside, pickUp, putDown, spread } from '@/screens/pharmacy/counter'
import { scanned, traceIn } from '@/screens/pharmacy/scan'
import { fenOf, spansOf, spansText, textOf } from '@/screens/pharmacy/shelf'

const A = '81234560000000000001'
const B = '81234560000000000002'
const C = '81234560000000000003'

function line(number: number, units: number, size: number, more: { dispensed?: number; split?: boolean } = {}): CustodyLine {
  return {
    line: { number, drug_code: `D${number}`, name: `drug ${number}`, spec: '5mg', package: 'box', unit: 'tab', units_per_package: size, split: more.split ?? false, units, dispensed: more.dispensed ?? 0, returned: 0, usage: { zh: 'x', en: 'x' } },
    have_units: 1000, amount_fen: 100,
  }
}

test('a scanner’s text is a trace code, a patient’s code, or said to be neither', () => {
  expect(scanned('')).toBeNull()
  expect(scanned(` ${A}\r\n`)).toEqual({ kind: 'trace', code: A })
  expect(scanned(`http://trace.test/${A}`)).toEqual({ kind: 'trace', code: A })
  const taking = `https://yitong.test/patient/#/take?code=${'Ab3_-'.repeat(9)}`
  expect(scanned(taking)).toEqual({ kind: 'take', code: taking })
  expect(scanned('Ab3_-'.repeat(9))).toEqual({ kind: 'take', code: 'Ab3_-'.repeat(9) })
  expect(scanned(`${taking}&x=/${A}`)).toMatchObject({ kind: 'take' })
  expect(scanned(A.slice(1))).toEqual({ kind: 'unknown', text: A.slice(1) })
  expect(scanned('1'.repeat(45))).toMatchObject({ kind: 'unknown' })
  expect(traceIn(`the package ${A} has gone out`)).toBe(A)
  expect(traceIn('nothing')).toBeNull()
})

test('packages go to the line that needs them, and no more than it needs', () => {
  const lines = [line(1, 28, 14), line(2, 10, 24, { split: true })]
  const counter = emptyCounter(lines)
  expect(nextLine(lines, counter, null)).toBe(1)
  expect(nextLine(lines, counter, 2)).toBe(2)
  expect(putDown(counter, lines, 1, A)).toBeNull()
  expect(putDown(counter, lines, 2, A)).toBe('twice')
  expect(putDown(counter, lines, 1, B)).toBeNull()
  expect(putDown(counter, lines, 1, C)).toBe('full')
  expect(nextLine(lines, counter, 1)).toBe(2)
  expect(isAll(counter, lines)).toBe(false)
  expect(putDown(counter, lines, 2, C)).toBeNull()
  expect(isAll(counter, lines)).toBe(true)
  expect(nextLine(lines, counter, null)).toBeNull()
  const { out, wrong } = linesOut(counter, lines)
  expect(wrong).toEqual([])
  expect(out.map((one) => [one.number, one.units, one.packages])).toEqual([[1, 28, [{ code: A, units: 14 }, { code: B, units: 14 }]], [2, 10, [{ code: C, units: 10 }]]])
})

test('what was handed out before is not needed again', () => {
  const lines = [line(1, 28, 28, { dispensed: 28 }), line(2, 14, 14)]
  expect(lines.map(leftOf)).toEqual([0, 14])
  expect(nextLine(lines, emptyCounter(lines), 1)).toBe(2)
})

test('a package taken off is counted no more', () => {
  const row = { number: 1, codes: [A, B], units: 28, batch: '', expires_on: '' }
  pickUp(row, A, 14)
  expect(row).toMatchObject({ codes: [B], units: 14 })
})

test('units that do not fill their packages are refused at their line', () => {
  expect(spread(20, [A, B], 14)).toEqual([{ code: A, units: 14 }, { code: B, units: 6 }])
  expect(spread(14, [A, B], 14)).toBeNull()
  expect(spread(29, [A, B], 14)).toBeNull()
  expect(spread(30, [], 1)).toEqual([])
  const lines = [line(1, 28, 14)]
  expect(linesOut([{ number: 1, codes: [A], units: 28, batch: '', expires_on: '' }], lines).wrong).toEqual([1])
  expect(linesOut([{ number: 1, codes: [], units: 0, batch: 'B1', expires_on: '' }], lines)).toEqual({ out: [], wrong: [] })
})

test('what the patient has is what went out less what came back', () => {
  const receipt = (kind: DispenseView['kind'], code: string, units: number): DispenseView => ({
    id: code + kind, pharmacy_id: 'p', kind, at: '2026-11-22T00:00:00Z', amount_fen: 0, pharmacist_name: 'x', digest: 'd',
    lines: [{ number: 1, drug_code: 'D1', name: 'drug', spec: '', unit: 'tab', units, amount_fen: 0, batch: '', packages: code ? [{ code, units }] : [] }],
  })
  const given = [receipt('dispense', A, 14), receipt('dispense', B, 14), receipt('return', A, 14), receipt('return', B, 4), receipt('dispense', '', 30)]
  expect(outside(given).map((one) => [one.code, one.units])).toEqual([[B, 10], ['', 30]])
})

test('money and opening hours as they are typed', () => {
  expect(['12', '12.5', '12.50', '0.07'].map(fenOf)).toEqual([1200, 1250, 1250, 7])
  expect(['', '1.234', '-1', 'x', '1,5'].map(fenOf)).toEqual([null, null, null, null, null])
  expect(spansOf('08:00-12:00 13:00-24:00', 3)).toEqual([{ weekday: 3, opens: '08:00', closes: '12:00' }, { weekday: 3, opens: '13:00', closes: '24:00' }])
  expect(spansOf('', 1)).toEqual([])
  expect(['8:00-12:00', '12:00-08:00', '08:00', '08:00-25:00'].map((one) => spansOf(one, 1))).toEqual([null, null, null, null])
  expect(spansText([{ weekday: 1, opens: '13:00', closes: '21:00' }, { weekday: 1, opens: '08:00', closes: '12:00' }, { weekday: 2, opens: '09:00', closes: '10:00' }], 1)).toBe('08:00-12:00 13:00-21:00')
})

test('a table is read as UTF-8, or as Chinese spreadsheets save it', () => {
  expect(textOf(new TextEncoder().encode('药').buffer as ArrayBuffer)).toBe('药')
  expect(textOf(new Uint8Array([0xc3, 0xfb, 0xb3, 0xc6]).buffer)).toBe('名称')
})

test('a step that the chain refused is said before one that waits, and this before those that stand there', () => {
  const step = (state: 'waiting' | 'done' | 'refused', height: number | null = null) => ({ state, height }) as Parameters<typeof chainOf>[0][number]
  expect(chainOf([])).toEqual({ state: 'none', tone: 'line', last: null })
  expect(chainOf([step('done', 3), step('done', 7)]).last?.height).toBe(7)
  expect(chainOf([step('done', 3), step('waiting')]).state).toBe('waiting')
  expect(chainOf([step('refused'), step('waiting')]).state).toBe('refused')
})
