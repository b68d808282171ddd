import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { enter, makeOffer } from '../mock/fair.mjs'
import { startMock } from '../mock/server.mjs'
import { MiniApp } from './app'

// Waiting lists, offers, the rush hour, draws, reviews and appeals in the built mini-program, over a real socket.
const dist = path.resolve(__dirname, '../../dist/build/mp-weixin')
let mock: Awaited<ReturnType<typeof startMock>>
let app: MiniApp
const me = { patient_id: '0192f000-0000-7000-8000-000000000001', name: '李秀英' }

beforeEach(async () => {
  for (const kind of ['error', 'warn'] as const) vi.spyOn(console, kind)
  mock = await startMock()
  mock.world.members.push({
    ...me,
    relation: 'self',
    is_guardian: false,
    name_masked: '*秀英',
    sex: 'female',
    birth_date: '1950-03-07',
    age_years: 76,
    id_kind: '01',
    id_number_masked: '331082********1264',
    phone_masked: null,
    card_status: 'active',
  })
  app = new MiniApp(dist, mock.url)
  await app.launch()
  await app.tap('登录')
  await app.type('13800000001')
  await app.tap('获取验证码')
  await app.type('123456')
  await app.tap('登录')
})
afterEach(async () => {
  app.close()
  await mock.close()
  expect(vi.mocked(console.error).mock.calls).toEqual([])
  expect(vi.mocked(console.warn).mock.calls).toEqual([])
  vi.restoreAllMocks()
})

const freeTime = () => app.byClass('yt-time').filter((one) => !String(one.attrs.class).includes('yt-time--off'))[0]!
async function toTimes(): Promise<void> {
  await app.tap('预约')
  await app.tap('心血管内科')
}
/** Opens the first page anew: the tab that is already open does nothing. */
async function home(): Promise<void> {
  while (!app.text().includes('我的')) await app.tap(app.byClass('yt-head__back')[0]!)
  await app.tap('我的')
  await app.tap('首页')
}
/** A sheet comes up with a movement of its own. */
const sheet = (word: string): Promise<void> => app.until(() => app.text().includes(word))
async function toMe(what: string): Promise<void> {
  await app.tap('我的')
  await app.tap(what)
}

test('a time that is gone leads to the waiting list, and the offer from it is taken', async () => {
  await toTimes()
  mock.world.hurdles.push(['hold', 'refused', 'slot-taken', 409, '这个号刚被别人约走了', 'taken', {}])
  await app.tap(freeTime())
  expect(app.text()).toContain('这个号没有约上')
  await app.tap('加入候补')
  expect(app.page.route).toBe('pages/waitlist/join')
  await app.tap('一周之内')
  await app.tap('加入候补')
  expect(mock.world.waitlist).toMatchObject([{ patient_id: me.patient_id, period: 'any', state: 'waiting' }])
  expect(app.text()).toContain('位排在前面')

  makeOffer(mock.world, me, 'waitlist')
  await home()
  await app.tap('候补有号了')
  await app.tap('就要这个')
  expect(app.page.route).toBe('pages/booking/done')
  expect(mock.world.offers[0]!.state).toBe('taken')
})

test('a place instead of a stopped clinic can be refused, and the old booking cancelled', async () => {
  const before = makeOffer(mock.world, me, 'waitlist').appointment
  Object.assign(before, { state: 'booked', can_cancel: true })
  mock.world.offers.length = 0
  const offer = makeOffer(mock.world, me, 'stopped', before.id)
  await home()
  await app.tap('医生停诊，已为您另留号')
  expect(app.text()).toContain('原来的')
  await app.tap('不要')
  await sheet('不要了')
  await app.tap('不要了')
  expect(offer.state).toBe('declined')
  await app.tap('取消原来的预约')
  expect(before.state).toBe('cancelled')
})

test('at rush hour the page waits in line by itself, and the phone proves its work', async () => {
  await toTimes()
  mock.world.hurdles.push(['hold', 'waiting-room', 2, 1], ['confirm', 'proof-needed', 8])
  await app.tap(freeTime())
  expect(app.text()).toContain('人很多，正在排队')
  await app.until(() => app.text().includes('都对吗？'))
  await app.tap('确认预约')
  await app.until(() => app.page.route === 'pages/booking/done')
  expect(mock.world.hurdles).toEqual([])
})

test('a booking out of the ordinary is confirmed with a code', async () => {
  await toTimes()
  mock.world.hurdles.push(['confirm', 'phone-code-needed'])
  await app.tap(freeTime())
  await app.tap('确认预约')
  await sheet('请用手机号确认')
  await app.type('13800000001')
  await app.tap('获取验证码')
  await app.type('123456')
  await app.tap('确认，继续')
  expect(app.page.route).toBe('pages/booking/done')
})

test('before the release there is a countdown instead of a refusal', async () => {
  await toTimes()
  const opens_at = new Date(Date.now() + 754_000).toISOString()
  mock.world.hurdles.push(['hold', 'refused', 'not-released', 409, '还没放号', 'Not open yet', { opens_at }])
  await app.tap(freeTime())
  expect(app.text()).toContain('还没到放号时间')
  expect(app.text()).toMatch(/12:3\d/)
})

test('a draw is entered, changed and left', async () => {
  await toMe('抽签')
  await app.tap('冠心病多学科团队')
  expect(app.text()).toContain('想要哪个时间？')
  await app.tap(app.byClass('wish')[3]!)
  await app.tap(app.byClass('wish')[0]!)
  await app.tap('报名（选了 2 个）')
  const [, draw] = mock.world.draws
  expect(mock.world.drawRequests).toMatchObject([
    { patient_id: me.patient_id, choices: [draw!.slots[3]!.slot_id, draw!.slots[0]!.slot_id] },
  ])
  await app.tap('修改')
  await app.tap(app.byClass('wish')[3]!)
  await app.tap('报名（选了 1 个）')
  expect(mock.world.drawRequests[0]!.choices).toEqual([draw!.slots[0]!.slot_id])
  await app.tap('撤回报名')
  await sheet('撤回后就不参加')
  await app.tap('撤回报名')
  expect(mock.world.drawRequests).toEqual([])
})

test('the phone itself checks a draw, and finds out a list that was changed', async () => {
  const draw = mock.world.draws[3]!
  const mine = enter(mock.world, draw.id, me.patient_id, [draw.slots[0]!.slot_id], 'lost', 31)
  await toMe('抽签')
  await app.tap('周雅琴 专家门诊')
  expect(app.text()).toContain('这次没有中签')
  await app.tap('公开核对')
  for (const word of ['重算指纹，结果一致', '和当初的封条一致', '结果和公布的一致', '您的报名是清单第'])
    expect(app.text()).toContain(word)
  await app.tap(app.byClass('yt-head__back')[0]!)
  draw.entries = draw.entries.filter((one) => one.leaf !== mine.leaf)
  await app.tap('公开核对')
  expect(app.text()).toContain('清单里没有您的报名')
})

test('a finished visit is reviewed once', async () => {
  const visit = makeOffer(mock.world, me, 'waitlist').appointment
  mock.world.offers.length = 0
  Object.assign(visit, { state: 'fulfilled', can_cancel: false })
  await toMe('我的预约')
  await app.tap('以前的')
  await app.tap('已完成')
  await app.tap('评价这次就诊')
  expect(app.text()).toContain('请给每一项打分')
  for (const side of app.byClass('stars--pick')) await app.tap(side.children[3]!)
  await app.tap('提交评价')
  expect(mock.world.reviewed).toMatchObject([{ appointment_id: visit.id, mean: 4, anonymous: true }])
  await app.tap('返回')
  expect(app.page.route).toBe('pages/appointments/detail')
  expect(app.text()).toContain('您的评价')
  await app.tap('撤回')
  await sheet('打分也不再计入')
  await app.tap('撤回')
  expect(app.text()).toContain('您已撤回对这次就诊的评价')
})

test('a ban says why and until when, and is appealed', async () => {
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  mock.world.bans.push({
    id: 'b1',
    patient_id: me.patient_id,
    reason: 'no_show',
    counted: 3,
    made_at: at(-1),
    until: at(29),
    in_force: true,
    appeal: null,
    appealed_at: null,
    decided_at: null,
    lifted: null,
    decision: null,
  })
  await toMe('预约限制与申诉')
  expect(app.text()).toContain('多次预约后没有来')
  await app.tap('我要申诉')
  await sheet('请说说是怎么回事')
  await app.type('那天堵车，到医院已经过了时间', 'textarea')
  await app.tap('提交申诉')
  expect(mock.world.bans[0]!.appeal).toBe('那天堵车，到医院已经过了时间')
  expect(app.text()).toContain('申诉中')
})
