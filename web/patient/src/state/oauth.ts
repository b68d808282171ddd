import { finishOauth, startOauth } from '@/api/people'
import { ApiProblem } from '@/api/problem'
import type { Session } from '@/api/types'

export type Provider = 'wechat' | 'alipay'
type Outcome = Session | { binding: string }
const KEY = 'yitong.oauth'

/**
 * Begins sign-in by WeChat or Alipay. In the browser the person leaves for the provider's page (`left`) and comes back to
 * pages/sign-in/oauth; in the mini-program WeChat hands the code over at once.
 */
export async function beginOauth(provider: Provider): Promise<Outcome | 'left'> {
  // #ifdef H5
  // A path of our own: the server lets nobody be sent anywhere else, and puts its public address in front.
  const { authorize_url: url, state } = await startOauth(provider, location.pathname)
  uni.setStorageSync(KEY, { provider, state })
  location.href = url
  return 'left'
  // #endif
  // #ifndef H5
  const { state: given } = await startOauth(provider, '')
  const { code } = await uni.login({ provider: 'weixin' })
  return redeem(provider, code, given)
  // #endif
}

/**
 * Providers put their answer before the `#` of the address, and WeChat leaves its own word behind it. Called before the
 * first page is chosen, so that somebody who comes back lands on the page that finishes sign-in.
 */
export function catchReturn(): void {
  // #ifdef H5
  const given = new URLSearchParams(location.search)
  if (!uni.getStorageSync(KEY) || !given.has('state') || !(given.has('code') || given.has('auth_code'))) return
  history.replaceState(null, '', `${location.pathname}${location.search}#/pages/sign-in/oauth`)
  // #endif
}

/** Finishes the browser's way: `code` and `state` came back in the address. */
export async function finishBrowserOauth(code: string, state: string): Promise<Outcome> {
  const begun = uni.getStorageSync(KEY) as { provider?: Provider } | ''
  uni.removeStorageSync(KEY)
  return redeem((begun && begun.provider) || 'wechat', code, state)
}

async function redeem(provider: Provider, code: string, state: string): Promise<Outcome> {
  try {
    return await finishOauth(provider, code, state)
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.problem.code === 'phone-binding-needed' && thrown.problem.binding) {
      return { binding: thrown.problem.binding }
    }
    throw thrown
  }
}
