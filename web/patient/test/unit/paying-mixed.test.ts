import { afterEach, expect, test, vi } from 'vitest'
import type { Payment, Preview } from '@/api/types'
import { canOpenMixed, mixedProblem, offersMixed, openMixed, permissionPage, permittedAt } from '@/state/paying-mixed'
import { choiceOf, phaseOf, waitingPart } from '@/state/paying'

const words = { zh: '字', en: 'word' }
const offered = (mixed: unknown) => ({ own_fen: 1, mixed }) as unknown as Preview
const AT = { offered: true, reason: null, text: null, authorize_url: 'https://insurer.example/auth?orgCodg=H1' }

afterEach(() => {
  vi.unstubAllGlobals()
})

test('it is offered in the browser alone, and only when the server offers it', () => {
  expect(offersMixed(offered(AT), 'h5')).toBe(true)
  expect(offersMixed(offered(AT), 'jsapi')).toBe(false)
  expect(offersMixed(offered(null), 'h5')).toBe(false)
  expect(offersMixed(offered({ ...AT, offered: false, authorize_url: null }), 'h5')).toBe(false)
  expect(offersMixed(null, 'h5')).toBe(false)
})

test('why it cannot be used is told, unless insurance pays nothing anyhow', () => {
  expect(mixedProblem(offered({ ...AT, offered: false, reason: 'wechat-missing', text: words }))).toEqual(words)
  expect(mixedProblem(offered({ ...AT, offered: false, reason: 'insurance-missing', text: words }))).toBeNull()
  expect(mixedProblem(offered(AT))).toBeNull()
  expect(mixedProblem(offered(null))).toBeNull()
})

test('the insurer’s page is told the way back, and the way back leads to the same bill', () => {
  expect(permissionPage(AT.authorize_url, 'http://h/patient/')).toBe(
    'https://insurer.example/auth?orgCodg=H1&redirectUrl=http%3A%2F%2Fh%2Fpatient%2F',
  )
  const bill = { id: 'b1', organization_id: 'h1' }
  expect(permittedAt('?authCode=a%2Bb', bill)).toBe('#/pages/bills/pay?id=b1&organization_id=h1&auth_code=a%2Bb')
  expect(permittedAt('?authCode=abc', '')).toBeNull()
  expect(permittedAt('', bill)).toBeNull()
  expect(permittedAt('?code=oauth', bill)).toBeNull()
})

const waiting = {
  id: 'o',
  state: 'settling',
  stuck: null,
  refunds: [],
  parts: [
    { id: 'i', kind: 'insurance', channel: '310', state: 'waiting', amount_fen: 900, invoke: null },
    { id: 'c', kind: 'channel', channel: 'wechat', state: 'waiting', amount_fen: 100, invoke: null },
  ],
  mixed: {
    state: 'waiting',
    state_text: words,
    mix_trade_no: '53',
    invoke: { mix_trade_no: '53', h5_url: 'http://s/pay/53' },
  },
} as unknown as Payment

test('while it waits, the payer’s own part is what they are asked for', () => {
  expect(phaseOf(waiting, 0)).toBe('waiting')
  expect(waitingPart(waiting)?.id).toBe('c')
  expect(canOpenMixed(waiting)).toBe(true)
  expect(canOpenMixed({ ...waiting, mixed: null } as Payment)).toBe(false)
})

test('inside WeChat its own sheet opens, with the number of the mixed order', async () => {
  const invoke = vi.fn((_name: string, _asked: Record<string, string>, done: () => void) => done())
  vi.stubGlobal('WeixinJSBridge', { invoke })
  await openMixed({ mix_trade_no: '53' }, 'http://h/patient/')
  expect(invoke.mock.calls[0]?.slice(0, 2)).toEqual(['requestMedicalInsurancePay', { mixTradeNo: '53' }])
  const sheetOnly = { ...waiting, mixed: { ...waiting.mixed, invoke: { mix_trade_no: '53' } } } as Payment
  expect(canOpenMixed(sheetOnly)).toBe(true)
})

test('the cash of a mixed order is WeChat’s own, whatever the phone', () => {
  expect(choiceOf(offered(AT), 'wechat', 'jsapi')).toEqual([{ channel: 'wechat', scene: 'jsapi', payer: '' }])
})
