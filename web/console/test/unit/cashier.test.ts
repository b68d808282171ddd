import { expect, test } from 'vitest'
import type { BillView, PaymentView } from '@/api/calls/cashier'
import { backFen, channelOfCode, fenOf, piecesOf, quantity, refundable, unpaidLines } from '@/screens/cashier/money'
import { credentialOf, namedBy, readingOf, type AtCounter } from '@/screens/cashier/scan'
import { sentLines, sentSums } from '@/screens/claims/sent'

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

test('pieces of a line go back for what the line is worth less what stays', () => {
  const line = (cnt_milli: number, unit_price_fen: number, amount_fen: number) => ({ cnt_milli, unit_price_fen, amount_fen }) as BillView['items'][number]
  expect([piecesOf(line(3000, 333, 999)), piecesOf(line(1000, 5, 5)), piecesOf(line(2500, 4, 10))]).toEqual([3, 1, 1])
  expect([1, 2, 3].map((n) => backFen(line(3000, 333, 999), n))).toEqual([333, 666, 999])
  expect(backFen(line(2500, 333, 833), 1)).toBe(833)
})

test('what is paid, being paid or taken back is not to be paid', () => {
  const line = (id: string, more: object = {}) => ({ id, countered: false, counters_id: null, ...more })
  const bill = { items: [line('a'), line('b'), line('c', { countered: true }), line('d', { counters_id: 'c' }), line('e')] } as unknown as BillView
  const left = unpaidLines(bill, [payment('settled', ['a']), payment('settling', ['b']), payment('failed', ['e'])])
  expect(left.map((one) => one.id)).toEqual(['e'])
})

test('what is shown at the counter is told apart', () => {
  const card = `${'ab'.repeat(32)}:0:${'0f'.repeat(16)}:3300`
  expect(readingOf(` ${card}\n`)).toEqual({ kind: 'credential', text: card })
  expect(readingOf('1234567890123456789012345678')?.kind).toBe('credential')
  expect(readingOf(`A12345678|${'0F'.repeat(16)}`)?.kind).toBe('credential')
  expect(readingOf('http://127.0.0.1:8000/patient/#/pages/bills/pay?token=aB-9_x')).toEqual({ kind: 'bill', token: 'aB-9_x' })
  expect(['王建国', '11010519491231002X', '13900000001', 'Maria del Carmen Rodriguez Lopez'].map((words) => readingOf(words)?.kind)).toEqual(Array(4).fill('words'))
  expect(readingOf(' \uFEFF ')).toBeNull()
})

test('the insurer is asked with the credential that was shown', () => {
  expect(credentialOf('insurance_voucher', '9'.repeat(28))).toMatchObject({ mdtrt_cert_type: '01', mdtrt_cert_no: '9'.repeat(28) })
  expect(credentialOf('social_security_card', `A12345678|${'0F'.repeat(16)}`)).toMatchObject({ mdtrt_cert_type: '03', mdtrt_cert_no: 'A12345678', card_sn: '0F'.repeat(16) })
  expect(credentialOf('health_card', 'x')).toBeNull()
})

test('a payer’s code names its channel', () => {
  expect(['134567890123456789', '287777777777777777', '304444444444444444', '99', '13456789012345678'].map(channelOfCode)).toEqual(['wechat', 'alipay', 'alipay', null, null])
})

test('lines and sums of a claim are whole fen', () => {
  const claim = {
    item: [{ sequence: 1, productOrService: { coding: [{ code: 'X1', display: '磁共振' }] }, quantity: { value: 2 }, net: { value: 1600.1 } }],
    supportingInfo: [{ code: { coding: [{ code: 'insurance-paid' }] }, valueQuantity: { value: 25.29 } }, { code: { coding: [{ code: 'left-to-patient' }] }, valueQuantity: { value: 17.68 } }],
    total: { value: 42.97 },
  }
  expect(sentLines(claim)).toEqual([{ sequence: 1, name: '磁共振', code: 'X1', count: 2, net: 160010 }])
  expect(sentSums(claim)).toEqual({ total: 4297, insured: 2529, left: 1768 })
})

test('who came by a bill of another page gets the name of the bill, nobody gets the name of another', () => {
  const came: AtCounter = { patient_id: 'p', name: '', shown: 'bill', credential: null, bill_id: 'b' }
  expect(namedBy(came, { patient_id: 'p', patient_name: '康复安' })?.name).toBe('康复安')
  expect(namedBy(came, { patient_id: 'q', patient_name: '别人' })).toBe(came)
  const known = { ...came, name: '李大山' }
  expect(namedBy(known, { patient_id: 'p', patient_name: '李*山' })).toBe(known)
  expect([namedBy(came, null), namedBy(null, { patient_id: 'p', patient_name: '康' })]).toEqual([came, null])
})
