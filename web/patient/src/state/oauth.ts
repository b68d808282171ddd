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
  const returnTo = `${location.origin}${location.pathname}#/pages/sign-in/oauth`
  const { authorize_url: url, state } = await startOauth(provider, returnTo)
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
