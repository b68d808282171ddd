import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startMock } from '../mock/server.mjs'
import { MiniApp } from './app'

const dist = path.resolve(__dirname, '../../dist/build/mp-weixin')
let mock: Awaited<ReturnType<typeof startMock>>
let app: MiniApp

beforeEach(async () => {
  mock = await startMock()
  app = new MiniApp(dist, mock.url)
  await app.launch()
})
afterEach(async () => {
  app.close()
  await mock.close()
})

test('the first page invites to sign in', () => {
  expect(app.page.route).toBe('pages/home/index')
  expect(app.text()).toContain('看病，不再跑冤枉路')
})
