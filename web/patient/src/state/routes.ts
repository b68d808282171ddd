import { address } from '@/api/client'

type Params = Record<string, string | number | undefined>
export type TabName = 'home' | 'find' | 'card' | 'me'
const TABS: Record<TabName, string> = {
  home: '/pages/home/index',
  find: '/pages/find/index',
  card: '/pages/card/index',
  me: '/pages/me/index',
}

function query(params: Params): string {
  const url = address('', params)
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}

export function go(page: string, params: Params = {}): void {
  uni.navigateTo({ url: `/pages/${page}${query(params)}` })
}

export function swap(page: string, params: Params = {}): void {
  uni.redirectTo({ url: `/pages/${page}${query(params)}` })
}

export function openTab(name: TabName): void {
  uni.reLaunch({ url: TABS[name] })
}

/** One page back, or home when the page was opened directly: never a dead end. */
export function back(): void {
  if (getCurrentPages().length > 1) uni.navigateBack({ delta: 1 })
  else openTab('home')
}

/** Sign in, then come back here. */
export function goSignIn(): void {
  go('sign-in/index')
}
