import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkCharacter } from '@/words/id-number'
import { startMock } from '../mock/server.mjs'
import { MiniApp } from './app'

// The built mini-program itself – its scripts and templates – drawn and tapped, with requests over a real socket.
const dist = path.resolve(__dirname, '../../dist/build/mp-weixin')
const number = `33108219500307126${checkCharacter('33108219500307126')}`
let mock: Awaited<ReturnType<typeof startMock>>
let app: MiniApp

beforeEach(async () => {
  for (const kind of ['error', 'warn'] as const) vi.spyOn(console, kind)
  mock = await startMock()
  app = new MiniApp(dist, mock.url)
  await app.launch()
})
afterEach(async () => {
  app.close()
  await mock.close()
  // What the framework complains about is a fault of the pages, even when they look right.
  expect(vi.mocked(console.error).mock.calls).toEqual([])
  expect(vi.mocked(console.warn).mock.calls).toEqual([])
  vi.restoreAllMocks()
})

async function signIn(): Promise<void> {
  await app.tap('登录')
  await app.type('13800000001')
  await app.tap('获取验证码')
  await app.type('123456')
  await app.tap('登录')
}

async function register(): Promise<void> {
  await app.type('李秀英')
  await app.tap('下一步')
  await app.type(number)
  await app.tap('下一步')
  await app.tap('都对，办卡')
}

test('the first page invites to sign in and has its four tabs', () => {
  expect(app.page.route).toBe('pages/home/index')
  expect(app.text()).toContain('看病，不再跑冤枉路')
  for (const tab of ['首页', '预约', '健康卡', '我的']) expect(app.text()).toContain(tab)
})

test('a wrong code is explained and can be typed again', async () => {
  await app.tap('登录')
  expect(app.page.route).toBe('pages/sign-in/index')
  await app.type('13800000001')
  await app.tap('获取验证码')
  expect(app.text()).toContain('已发送到 13800000001')
  await app.type('000000')
  await app.tap('登录')
  expect(app.text()).toContain('验证码不对')
  expect(app.text()).toContain('请看最新一条短信里的 6 位数字')
  expect(app.page.route).toBe('pages/sign-in/index')
})

test('a number with a wrong check character is not let through', async () => {
  await signIn()
  expect(app.page.route).toBe('pages/register/index')
  await app.type('李秀英')
  await app.tap('下一步')
  await app.type(`${number.slice(0, 17)}${number.endsWith('1') ? '2' : '1'}`)
  expect(app.text()).toContain('号码有一位不对')
  await app.tap('下一步')
  expect(app.text()).toContain('证件号码是多少')
  expect(mock.world.members).toHaveLength(0)
})

test('from sign-in to a booking, and the next step on the first page', async () => {
  await signIn()
  await register()
  expect(app.page.route).toBe('pages/card/index')
  expect(app.text()).toContain('李秀英')
  expect(app.all().find((one) => one.tag === 'image')?.attrs.src).toMatch(/^data:image\/png;base64,/)
  expect(app.calls).toContain('brightness 1')

  await app.tap('预约')
  expect(app.page.route).toBe('pages/find/index')
  expect(app.calls).toContain('brightness 0.4')
  await app.tap('心血管内科')
  expect(app.page.route).toBe('pages/find/offers')
  expect(app.text()).toContain('陈立群')
  await app.tap('明天')
  await app.tap('更多时间')
  expect(app.page.route).toBe('pages/find/times')
  expect(app.text()).toContain('几点方便')

  const free = app.byClass('yt-time').filter((one) => !String(one.attrs.class).includes('yt-time--off'))
  await app.tap(free[0]!)
  expect(app.page.route).toBe('pages/booking/confirm')
  expect(app.text()).toContain('都对吗？')
  expect(mock.world.appointments[0]).toMatchObject({ state: 'held', channel: 'wechat' })
  await app.tap('确认预约')
  expect(app.page.route).toBe('pages/booking/done')
  expect(app.text()).toContain('约好了')
  expect(mock.world.appointments[0]!.state).toBe('booked')

  await app.tap('回首页')
  expect(app.text()).toContain('下一步')
  expect(app.text()).toContain('到院签到')
})

test('a taken time offers others, and leaving without confirming gives the place back', async () => {
  await signIn()
  await register()
  await app.tap('预约')
  await app.tap('心血管内科')
  mock.world.takeNext = true
  await app.tap(app.byClass('yt-time')[0]!)
  expect(app.text()).toContain('这个号刚被别人约走了')
  await app.tap('改约这个')
  expect(app.text()).toContain('都对吗？')
  await app.tap(app.byClass('yt-head__back')[0]!)
  expect(app.page.route).toBe('pages/find/offers')
  expect(mock.world.appointments.map((one) => one.state)).toEqual(['cancelled'])
})

test('the queue place is polled: a call changes the page by itself', async () => {
  await signIn()
  await register()
  await app.tap('预约')
  await app.tap('心血管内科')
  await app.tap(app.byClass('yt-time')[0]!)
  await app.tap('确认预约')
  const made = mock.world.appointments[0]!
  made.state = 'checked_in'
  await app.tap('看就诊进度')
  expect(app.text()).toContain('前面还有 3 人')
  await app.tap('看排队到哪了')
  expect(app.page.route).toBe('pages/queue/index')
  expect(app.text()).toContain('A012')
  made.state = 'called'
  await app.until(() => app.text().includes('到您了'))
})

test('large type and English are chosen on the settings page', async () => {
  await app.tap('我的')
  await app.tap('设置')
  await app.tap('English')
  expect(app.text()).toContain('Large type (elderly mode)')
  await app.tap(app.byClass('yt-head__back')[0]!)
  await app.tap('Home')
  await app.tap('Large type')
  expect(app.byClass('yt-elder')).toHaveLength(1)
  expect(app.text()).not.toContain('A visit in four steps')
})

test('without a network the page says so and tries again', async () => {
  await mock.close()
  await app.tap('预约')
  expect(app.text()).toContain('连接不上网络')
  expect(app.text()).toContain('重试')
})
