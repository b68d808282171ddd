import { afterEach, beforeEach, vi } from 'vitest'

// No unit test may reach a network: a call that isn't stubbed by its test fails loudly.
beforeEach(() => {
  vi.stubGlobal('fetch', () => {
    throw new Error('a unit test asked the network')
  })
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})
