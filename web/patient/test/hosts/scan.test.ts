import { expect, test } from 'vitest'
import { withoutCarriedHosts } from '../../build/outside-hosts'
import { outsideHosts, scan } from './scan.mjs'

test('the builds name no outside host', () => {
  expect(scan()).toEqual({})
})

test.each([
  ['a script', 'fetch("https://stat.example.com/x")'],
  ['a style', '@font-face{src:url(//cdn.example.com/a.woff2)}'],
  ['a template text', "<image src='http://example.com/a.png'/>"],
  ['a socket', 'new WebSocket("wss://push.example.com")'],
])('an address in %s is found', (_where, text) => {
  expect(outsideHosts(text)).toHaveLength(1)
})

test.each([
  "xmlns='http://www.w3.org/2000/svg'",
  'https://vuejs.org/error-reference/#runtime-1',
  '"http://127.0.0.1:8000"',
  '"/patient/assets/a.js"',
  '// a comment.with dots',
  'a="//"',
])('%s is let through', (text) => {
  expect(outsideHosts(text)).toEqual([])
})

test('what the framework carries is cut', () => {
  expect(
    withoutCarriedHosts(
      'a="https://cdn.dcloud.net.cn/img/shadow-grey.png",b=url(https://at.alicdn.com/t/c/f.woff2?t=1)',
    ),
  ).toBe('a="",b=url()')
})
