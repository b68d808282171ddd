import { expect, test } from 'vitest'
import type { BillView, PaymentView } from '@/api/calls/cashier'
import { fenOf, quantity, refundable, unpaidLines } from '@/screens/cashier/money'

test('what is typed as yuan becomes whole fen or nothing', () => {
  expect(['200', '0.5', '12.30', '158.23'].map(fenOf)).toEqual([20000, 50, 1230, 15823])
  expect(['', '1.234', '-3', '1e3', '一百'].map(fenOf)).toEqual([null, null, null, null, null])
  expect([quantity(1000), quantity(2500)]).toEqual(['1', '2.5'])
})

const payment = (state: string, charges: string[], refunds: { state: string; charge_ids: string[] }[] = []) =>
  ({ state, charge_ids: charges, refunds }) as unknown as PaymentView

test('a line is given back once, and only of what was paid', () => {
  expect(refundable(payment('settled', ['a', 'b']))).toEqual(['a', 'b'])
  expect(refundable(payment('part_refunded', ['a', 'b'], [{ state: 'done', charge_ids: ['a'] }]))).toEqual(['b'])
  expect(refundable(payment('settled', ['a'], [{ state: 'failed', charge_ids: ['a'] }]))).toEqual(['a'])
  expect(refundable(payment('settling', ['a']))).toEqual([])
})

test('what is paid, being paid or taken back is not to be paid', () => {
  const line = (id: string, more: object = {}) => ({ id, countered: false, counters_id: null, ...more })
  const bill = { items: [line('a'), line('b'), line('c', { countered: true }), line('d', { counters_id: 'c' }), line('e')] } as unknown as BillView
  const left = unpaidLines(bill, [payment('settled', ['a']), payment('settling', ['b']), payment('failed', ['e'])])
  expect(left.map((one) => one.id)).toEqual(['e'])
})
