import { address } from '@/api/client'

/** What a page was opened with. Opened by its address, the browser leaves the values percent-encoded; a tap doesn't. */
export function told(query: Record<string, string | undefined> | undefined): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(query ?? {}).map(([key, value]) => [key, value && plain(value)]))
}
function plain(value: string): string {
  try {
    return /%[0-9a-f]{2}/i.test(value) ? decodeURIComponent(value) : value
  } catch {
    return value
  }
}

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

/** Back to a page that this one was opened over, or in its place when it was opened directly. */
export function backTo(page: string, params: Params = {}): void {
  const open = getCurrentPages().map((one) => one.route)
  const at = open.lastIndexOf(`pages/${page}`)
  if (at < 0) swap(page, params)
  else uni.navigateBack({ delta: open.length - 1 - at })
}

/** Sign in, then come back here. Without `register` also somebody who has no card yet comes back: paying needs none. */
export function goSignIn(register = true): void {
  go('sign-in/index', { only: register ? undefined : 'account' })
}
