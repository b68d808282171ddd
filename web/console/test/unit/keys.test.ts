import { expect, test, vi } from 'vitest'
import { announceKey, handleKey, keyName, mayPress } from '@/app/keys'

const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  Object.defineProperty(event, 'target', { value: target })
  handleKey(event)
  return event
}

test('names keys as the buttons show them', () => {
  const base = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  expect(keyName({ ...base, key: 'F2' })).toBe('F2')
  expect(keyName({ ...base, key: 'k', metaKey: true })).toBe('Ctrl+K')
  expect(keyName({ ...base, key: 'Enter', ctrlKey: true })).toBe('Ctrl+Enter')
})

test('a field being typed in keeps its plain keys, not the F-keys', () => {
  const field = document.createElement('input')
  expect(mayPress('F2', field)).toBe(true)
  expect(mayPress('Ctrl+Enter', field)).toBe(true)
  expect(mayPress('Enter', field)).toBe(false)
  expect(mayPress('/', field)).toBe(false)
  expect(mayPress('Enter', document.createElement('button'))).toBe(false)
})

test('the newest owner of a key gets it; a disabled one swallows it', () => {
  const first = vi.fn()
  const second = vi.fn()
  let enabled = true
  const quiet1 = announceKey({ keys: ['F2'], element: () => null, press: first, enabled: () => true })
  const quiet2 = announceKey({ keys: ['F2'], element: () => null, press: second, enabled: () => enabled })
  expect(press('F2').defaultPrevented).toBe(true)
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  enabled = false
  press('F2')
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  quiet2()
  press('F2')
  expect(first).toHaveBeenCalledTimes(1)
  quiet1()
  expect(press('F2').defaultPrevented).toBe(false)
})

test('while a dialog is open only what stands in it hears the keyboard', () => {
  const layer = document.createElement('div')
  layer.className = 'el-overlay'
  const inside = document.createElement('button')
  layer.append(inside)
  document.body.append(layer)
  const below = vi.fn()
  const above = vi.fn()
  const quiet = [
    announceKey({ keys: ['F9'], element: () => document.body, press: below, enabled: () => true }),
    announceKey({ keys: ['Enter'], element: () => inside, press: above, enabled: () => true }),
  ]
  press('F9')
  press('Enter')
  expect([below.mock.calls.length, above.mock.calls.length]).toEqual([0, 1])
  layer.remove()
  press('F9')
  expect(below).toHaveBeenCalledTimes(1)
  for (const silence of quiet) silence()
})

test('/ goes to the search field', () => {
  document.body.innerHTML = '<div data-search><input id="s"></div>'
  press('/')
  expect(document.activeElement?.id).toBe('s')
  document.body.innerHTML = ''
})
