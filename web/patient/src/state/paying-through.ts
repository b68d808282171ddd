import type { Payment } from '@/api/types'
import { waitingPart } from './paying'
import { canOpenMixed, openMixed } from './paying-mixed'

export type ChannelName = 'wechat' | 'alipay'
const KEY = 'yitong.paying'

/** The ways to pay that a phone can open, in the order they are offered: inside WeChat there is only WeChat. */
export function phoneChannels(connected: readonly string[], scene: 'h5' | 'jsapi'): ChannelName[] {
  const can: ChannelName[] = scene === 'jsapi' ? ['wechat'] : ['wechat', 'alipay']
  return can.filter((one) => connected.includes(one))
}

/** How this build pays: WeChat's own sheet in the mini-program, the channel's page in the browser. */
export function ownScene(): 'h5' | 'jsapi' {
  // #ifdef MP-WEIXIN
  return 'jsapi'
  // #endif
  // #ifndef MP-WEIXIN
  return 'h5'
  // #endif
}

/** Whether the payment waits for something this phone can open. */
export function canOpen(payment: Payment): boolean {
  if (payment.mixed) return canOpenMixed(payment)
  const invoke = waitingPart(payment)?.invoke
  return !!invoke && ('h5_url' in invoke || 'paySign' in invoke)
}

/** The channel's page, told to lead back to `back` afterwards. Alipay's is signed and knows its way back by itself. */
export function pageOf(channel: string, url: string, back: string): string {
  if (channel !== 'wechat') return url
  return `${url}${url.includes('?') ? '&' : '?'}redirect_url=${encodeURIComponent(back)}`
}

/**
 * Takes the payer to the channel. In the browser they leave for its page and come back to the payment's page; in the
 * mini-program WeChat's sheet opens over this one. Resolves when there is something new to ask the server.
 */
export async function openChannel(payment: Payment): Promise<void> {
  const mixed = payment.mixed?.invoke
  if (mixed) {
    const hash = `#/pages/bills/payment?id=${payment.id}&organization_id=${payment.organization_id}`
    await openMixed(mixed, typeof location === 'undefined' ? '' : `${location.origin}${location.pathname}${hash}`)
    return
  }
  const part = waitingPart(payment)
  const invoke = part?.invoke
  if (!part || !invoke) return
  // #ifdef H5
  if (!invoke.h5_url) return
  uni.setStorageSync(KEY, { id: payment.id, organization_id: payment.organization_id })
  const hash = `#/pages/bills/payment?id=${payment.id}&organization_id=${payment.organization_id}`
  location.href = pageOf(part.channel, invoke.h5_url, `${location.origin}${location.pathname}${hash}`)
  // #endif
  // #ifdef MP-WEIXIN
  if (!invoke.paySign) return
  await new Promise<void>((resolve) => {
    const asked = { ...invoke, provider: 'wxpay', complete: () => resolve() }
    uni.requestPayment(asked as unknown as UniNamespace.RequestPaymentOptions)
  })
  // #endif
}

/**
 * Alipay leads back to the app's bare address, at most with its own words before the `#`. Called before the first page is
 * chosen, so that somebody who comes back lands on the payment they left for, once.
 */
export function catchPayer(): void {
  // #ifdef H5
  const left = uni.getStorageSync(KEY) as { id?: string; organization_id?: string } | ''
  const unaimed = location.hash === '' || location.hash === '#/'
  if (!left || !left.id || !unaimed) return
  uni.removeStorageSync(KEY)
  const hash = `#/pages/bills/payment?id=${left.id}&organization_id=${left.organization_id}`
  history.replaceState(null, '', `${location.pathname}${hash}`)
  // #endif
}

/** The payer is back on the payment's page: opening the app later is no coming back. */
export function payerIsBack(): void {
  uni.removeStorageSync(KEY)
}

let begun = ''
/** Remembers the payment that was just confirmed, so that its page opens the channel by itself, once. */
export function justBegun(paymentId: string): void {
  begun = paymentId
}
export function wasJustBegun(paymentId: string): boolean {
  const mine = begun === paymentId
  begun = ''
  return mine
}
