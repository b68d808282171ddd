import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readRefunds } from '@/api/bills'
import type { Payment, PaymentPart, Preview, Refund } from '@/api/types'
import { tokenIn } from '@/state/pay-code'
import {
  cancellable,
  choiceOf,
  nextPollMs,
  phaseOf,
  sharesOf,
  SLOW_AFTER_MS,
  waitingPart,
  wishOf,
} from '@/state/paying'
import { canOpen, pageOf, phoneChannels } from '@/state/paying-through'
import { amountWords, countWords, yuanNumber } from '@/words/money'

const words = { zh: '字', en: 'word' }
function part(given: Partial<PaymentPart>): PaymentPart {
  return {
    id: 'p',
    kind: 'channel',
    channel: 'wechat',
    scene: 'h5',
    number: 'n',
    outside_no: null,
    amount_fen: 100,
    fund_fen: 0,
    account_fen: 0,
    hospital_fen: 0,
    refunded_fen: 0,
    state: 'done',
    text: words,
    state_text: words,
    invoke: null,
    done_at: null,
    ...given,
  }
}
function refund(given: Partial<Refund>): Refund {
  return {
    id: 'r',
    kind: 'refund',
    amount_fen: 50,
    owed_fen: 0,
    reason: '检查未做',
    state: 'done',
    state_text: words,
    charge_ids: [],
    lines: [],
    parts: [],
    asked_at: '2026-11-22T09:00:00+08:00',
    ended_at: '2026-11-22T09:01:00+08:00',
    ...given,
  }
}
function payment(given: Partial<Payment>): Payment {
  return {
    id: 'o',
    organization_id: 'h',
    bill_id: 'b',
    bill_no: 'B1',
    patient_id: 'w',
    total_fen: 100,
    refunded_fen: 0,
    state: 'settling',
    state_text: words,
    final: false,
    failure: null,
    failure_text: null,
    stuck: null,
    stuck_text: null,
    charge_ids: [],
    parts: [],
    refunds: [],
    created_at: '2026-11-22T09:00:00+08:00',
    expires_at: '2026-11-22T09:15:00+08:00',
    settled_at: null,
    ...given,
  }
}

test('amounts always show their fen, and never a fraction of one', () => {
  expect(amountWords(1250, 'zh-Hans')).toBe('12.50 元')
  expect(amountWords(-305, 'zh-Hans')).toBe('-3.05 元')
  expect(amountWords(-305, 'en')).toBe('-¥3.05')
  expect(amountWords(0, 'en')).toBe('¥0.00')
  expect(yuanNumber(-5)).toBe('-0.05')
  expect(() => amountWords(0.5, 'en')).toThrow(RangeError)
  expect([countWords(2000), countWords(1500)]).toEqual(['2', '1.5'])
})

test.each([
  ['http://h/patient/#/pages/bills/pay?token=aB_-0123456789xyzQ', 'aB_-0123456789xyzQ'],
  ['  请帮我缴费 https://h/patient/#/pages/bills/pay?x=1&token=abc%2Bd ', 'abc+d'],
  ['aB_-0123456789xyzQ', 'aB_-0123456789xyzQ'],
  ['http://h/elsewhere', null],
  ['短', null],
])('the token in %s', (text, token) => {
  expect(tokenIn(text)).toBe(token)
})

test('a wish for somebody else’s bill names the code and never their insurance', () => {
  const wish = { insurance: true, account: true, deposit: true, commercial: '' }
  expect(wishOf({ organization_id: 'h', bill_id: 'b' }, wish, 700)).toMatchObject({
    use_insurance: true,
    deposit_fen: 700,
    pay_token: null,
  })
  expect(wishOf({ organization_id: 'h', bill_id: 'b', pay_token: 't' }, wish, 0)).toMatchObject({
    use_insurance: false,
    pay_token: 't',
  })
})

test('a commercial insurer is asked only when the payer chose its policy, and never for somebody else’s bill', () => {
  const wish = { insurance: true, account: true, deposit: false, commercial: 'policy' }
  expect(wishOf({ organization_id: 'h', bill_id: 'b' }, wish, 0)).toMatchObject({
    use_commercial: true,
    coverage_id: 'policy',
  })
  const unwished = wishOf({ organization_id: 'h', bill_id: 'b' }, { ...wish, commercial: '' }, 0)
  const strangers = wishOf({ organization_id: 'h', bill_id: 'b', pay_token: 't' }, wish, 0)
  for (const one of [unwished, strangers]) expect(one).toMatchObject({ use_commercial: false, coverage_id: null })
})

test('no channel is named when nothing is left to the payer', () => {
  expect(choiceOf({ own_fen: 0 } as Preview, 'wechat', 'h5')).toEqual([])
  expect(choiceOf({ own_fen: 1 } as Preview, 'alipay', 'h5')).toEqual([{ channel: 'alipay', scene: 'h5', payer: '' }])
})

test.each<[string, Partial<Payment>, number, string]>([
  ['before anybody was asked', { state: 'pre_settled' }, 0, 'settling'],
  ['insurance on its way', { parts: [part({ state: 'asked' })] }, 0, 'settling'],
  ['no answer for long', { parts: [part({ state: 'unknown' })] }, SLOW_AFTER_MS + 1, 'slow'],
  ['kept by the desk', { parts: [part({ state: 'waiting' })], stuck: 'amount-differs' }, 0, 'slow'],
  ['the payer’s turn, however long', { parts: [part({ state: 'waiting' })] }, SLOW_AFTER_MS * 9, 'waiting'],
  ['a commercial insurer that thinks', { parts: [part({ kind: 'commercial', state: 'waiting' })] }, 0, 'insurer'],
  ['cash', { parts: [part({ state: 'waiting', channel: 'cash' })] }, 0, 'window'],
  ['going back', { state: 'compensating' }, SLOW_AFTER_MS * 9, 'undoing'],
  ['failed', { state: 'failed' }, 0, 'failed'],
  ['settled', { state: 'settled' }, 0, 'settled'],
  ['a refund on its way', { state: 'settled', refunds: [refund({ ended_at: null })] }, 0, 'refunding'],
  ['partly back', { state: 'part_refunded', refunds: [refund({})] }, 0, 'refunded'],
  ['a second refund on its way', { state: 'part_refunded', refunds: [refund({ ended_at: null })] }, 0, 'refunding'],
  ['all back', { state: 'refunded' }, 0, 'refunded'],
])('a payment %s', (_, given, watched, phase) => {
  expect(phaseOf(payment(given), watched)).toBe(phase)
})

test('a payment can be called off until it is settled or going back', () => {
  const can = ['pre_settled', 'settling', 'compensating', 'settled', 'failed'].map((state) =>
    cancellable(payment({ state })),
  )
  expect(can).toEqual([true, true, false, false, false])
})

test('it is asked about often at first, and less when it takes long', () => {
  expect(nextPollMs(0)).toBeLessThan(nextPollMs(120_000))
})

test('an insurance is told apart into fund and account; only the newest settlement counts', () => {
  const parts = [
    part({ id: 'i1', kind: 'insurance', channel: '310', fund_fen: 60, account_fen: 20, state: 'reversed' }),
    part({ id: 'c', amount_fen: 20 }),
    part({ id: 'i2', kind: 'insurance', channel: '310', fund_fen: 30, account_fen: 0 }),
  ]
  expect(sharesOf(payment({ parts })).map((one) => [one.kind, one.amount_fen])).toEqual([
    ['own', 20],
    ['fund', 30],
  ])
})

test('a commercial insurer’s part that was settled anew stands in the place of the one before', () => {
  const parts = [
    part({ id: 'k1', kind: 'commercial', channel: 'I', amount_fen: 60, state: 'reversed' }),
    part({ id: 'k2', kind: 'commercial', channel: 'I', amount_fen: 40 }),
  ]
  expect(sharesOf(payment({ parts })).map((one) => [one.kind, one.amount_fen])).toEqual([['commercial', 40]])
})

test('what can be opened is a page or WeChat’s sheet, and only while it waits', () => {
  const waits = (invoke: Record<string, string> | null) => payment({ parts: [part({ state: 'waiting', invoke })] })
  expect(waitingPart(waits(null))?.id).toBe('p')
  expect(canOpen(waits({ h5_url: 'http://c/' }))).toBe(true)
  expect(canOpen(waits({ paySign: 's' }))).toBe(true)
  expect(canOpen(waits({}))).toBe(false)
  expect(canOpen(payment({ parts: [part({ invoke: { h5_url: 'http://c/' } })] }))).toBe(false)
})

test('WeChat’s page is told the way back; a signed address is left as it is', () => {
  const back = 'http://h/patient/#/pages/bills/payment?id=o'
  expect(pageOf('wechat', 'http://c/pay/1', back)).toBe(`http://c/pay/1?redirect_url=${encodeURIComponent(back)}`)
  expect(pageOf('wechat', 'http://c/pay?a=1', back)).toContain('?a=1&redirect_url=')
  expect(pageOf('alipay', 'http://c/gateway.do?sign=x', back)).toBe('http://c/gateway.do?sign=x')
})

test('only connected channels that a phone can open are offered', () => {
  expect(phoneChannels(['card', 'cash', 'alipay'], 'h5')).toEqual(['alipay'])
  expect(phoneChannels(['wechat', 'alipay'], 'h5')).toEqual(['wechat', 'alipay'])
  expect(phoneChannels(['wechat', 'alipay'], 'jsapi')).toEqual(['wechat'])
})

interface Sent {
  url: string
  success: (answer: { statusCode: number; data: string }) => void
}
let sent: Sent[]
beforeEach(() => {
  sent = []
  vi.stubGlobal('uni', { request: (given: Sent) => sent.push(given) })
})
afterEach(() => vi.unstubAllGlobals())

test('refunds of the family come latest first, without what a failed payment took back', async () => {
  const done = readRefunds(['a', 'b'])
  expect(sent.map((one) => one.url)).toEqual(['/api/payments?patient_id=a', '/api/payments?patient_id=b'])
  const early = refund({ id: 'early', asked_at: '2026-11-20T09:00:00+08:00' })
  const undone = refund({ id: 'undone', kind: 'compensation' })
  const late = refund({ id: 'late' })
  sent[0]!.success({ statusCode: 200, data: JSON.stringify({ items: [payment({ refunds: [early, undone] })] }) })
  sent[1]!.success({ statusCode: 200, data: JSON.stringify({ items: [payment({ refunds: [late] })] }) })
  expect((await done).map((one) => one.refund.id)).toEqual(['late', 'early'])
})
