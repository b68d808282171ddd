import type { Payment, Preview } from '@/api/types'

// Paying with insurance inside WeChat: the payer allows it on the insurer's page, confirms, and pays both parts in one
// order. The browser knows this way; the mini-program does not yet.

const KEY = 'yitong.permitting'
export interface Permitting {
  id: string
  organization_id: string
}

/** Whether the confirmation page offers it. Ordinary payment stays what is chosen first. */
export function offersMixed(preview: Preview | null, scene: 'h5' | 'jsapi'): boolean {
  return scene === 'h5' && !!preview?.mixed?.offered && !!preview.mixed.authorize_url
}

/** Why a bill that insurance pays cannot be paid this way, when that is worth telling. */
export function mixedProblem(preview: Preview | null): NonNullable<Preview['mixed']>['text'] {
  const mixed = preview?.mixed
  return mixed && !mixed.offered && mixed.reason !== 'insurance-missing' ? mixed.text : null
}

/** The insurer's page, told where to lead back to. */
export function permissionPage(authorizeUrl: string, back: string): string {
  return `${authorizeUrl}${authorizeUrl.includes('?') ? '&' : '?'}redirectUrl=${encodeURIComponent(back)}`
}

/** Takes the payer to the insurer's page; they come back to the confirmation of the same bill with a code. */
export function askPermission(authorizeUrl: string, bill: Permitting): void {
  // #ifdef H5
  uni.setStorageSync(KEY, bill)
  location.href = permissionPage(authorizeUrl, `${location.origin}${location.pathname}`)
  // #endif
}

/** Where somebody who comes back with a code goes on; null for everybody else. */
export function permittedAt(search: string, left: Permitting | '' | null): string | null {
  const code = new URLSearchParams(search).get('authCode')
  if (!code || !left) return null
  const query = new URLSearchParams({ id: left.id, organization_id: left.organization_id, auth_code: code })
  return `#/pages/bills/pay?${query.toString()}`
}

/** The code stands before the `#` of the address. Called before the first page is chosen. */
export function catchPermission(): void {
  // #ifdef H5
  const hash = permittedAt(location.search, uni.getStorageSync(KEY) as Permitting | '')
  if (!hash) return
  uni.removeStorageSync(KEY)
  history.replaceState(null, '', `${location.pathname}${hash}`)
  // #endif
}

interface WeixinBridge {
  invoke(name: string, asked: Record<string, string>, done: () => void): void
}

/** Whether this phone can open the mixed order: inside WeChat by its own sheet, elsewhere by a page when there is one. */
export function canOpenMixed(payment: Payment): boolean {
  const invoke = payment.mixed?.invoke
  return !!invoke && (!!invoke.h5_url || bridge() !== null)
}

function bridge(): WeixinBridge | null {
  return (globalThis as { WeixinJSBridge?: WeixinBridge }).WeixinJSBridge ?? null
}

/** Takes the payer to WeChat's payment of both parts. Resolves when there is something new to ask the server. */
export async function openMixed(invoke: Record<string, string>, back: string): Promise<void> {
  const sheet = bridge()
  if (sheet) {
    const asked = { mixTradeNo: invoke.mix_trade_no ?? '' }
    await new Promise<void>((resolve) => sheet.invoke('requestMedicalInsurancePay', asked, () => resolve()))
    return
  }
  // #ifdef H5
  if (invoke.h5_url) location.href = `${invoke.h5_url}?redirect_url=${encodeURIComponent(back)}`
  // #endif
}
