import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeBill, makeStay } from '../mock/bills-world.mjs'
import { giveBack } from '../mock/bills.mjs'
import { startMock } from '../mock/server.mjs'
import { MiniApp } from './app'

// Bills in the built mini-program: paying by WeChat's own sheet, for somebody else by a scanned code, what comes back, the
// invoice's PDF, and the account of a stay.
const dist = path.resolve(__dirname, '../../dist/build/mp-weixin')
let mock: Awaited<ReturnType<typeof startMock>>
let app: MiniApp
const me = { patient_id: '0192f000-0000-7000-8000-000000000001', name: '李秀英' }

beforeEach(async () => {
  for (const kind of ['error', 'warn'] as const) vi.spyOn(console, kind)
  mock = await startMock()
  mock.world.members.push({ ...me, relation: 'self', name_masked: '*秀英', card_status: 'active', age_years: 76 })
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

const clinic = () =>
  makeBill(mock.world, me, 'outpatient', [
    ['磁共振平扫', 'imaging', '乙', 80_000, 2],
    ['血常规', 'lab', '甲', 2_500],
  ])
async function toBills(): Promise<void> {
  await app.tap('我的')
  await app.tap('账单与退费')
}
/** The person pays in WeChat's sheet: the channel has the money before the sheet closes. */
function payer(): void {
  app.pays = () => {
    mock.world.channelPaid = true
  }
}
const places = (name: string) => app.all().filter((one) => one.attrs.role === name)

test('an insured bill is explained, paid in WeChat’s sheet, and has an invoice to open', async () => {
  const bill = clinic()
  await toBills()
  expect(app.text()).toContain('1625.00 元')
  await app.tap('去缴费')
  expect(app.page.route).toBe('pages/bills/detail')
  expect(app.text()).toContain('磁共振平扫')
  await app.tap('为什么这样算')
  expect(app.text()).toContain('统筹基金支付 1056.25 元')
  await app.tap('去缴费 255.28 元')
  expect(app.page.route).toBe('pages/bills/pay')
  expect(app.text()).toContain('个人账户支付')
  expect(app.text()).not.toContain('支付宝')
  await app.tap(places('switch')[1]!)
  expect(app.text()).toContain('确认支付 568.75 元')
  await app.tap(places('switch')[1]!)
  payer()
  await app.tap('确认支付 255.28 元')
  expect(app.calls).toContain('pay prepay_id=1')
  expect(app.page.route).toBe('pages/bills/payment')
  expect(app.text()).toContain('支付成功')
  expect(mock.world.payments[0]!.parts.map((part) => [part.kind, part.amount_fen])).toEqual([
    ['insurance', 136_972],
    ['channel', 25_528],
  ])

  await app.tap('查看账单')
  expect(app.text()).toContain('已经由谁支付')
  await app.tap('查看')
  expect(app.text()).toContain('7C1F09AE')
  await app.tap('下载 PDF')
  expect(app.calls.filter((one) => /^(download|open)/.test(one))).toEqual([
    expect.stringMatching(
      new RegExp(`^download /api/invoices/[0-9a-f-]+/pdf\\?organization_id=${bill.organization_id}$`),
    ),
    'open wxfile://tmp/1.pdf',
  ])
})

test('a commercial policy is asked only when it is switched on, and says why it pays', async () => {
  clinic()
  mock.world.policies.push({
    coverage_id: '0192f000-0000-7000-8000-00000000000c',
    insurer_code: 'DEMO-IN-02',
    insurer_name: { zh: '东海人寿', en: 'Donghai Life' },
    policy_tail: '6621',
  })
  await toBills()
  await app.tap('去缴费')
  await app.tap('去缴费 255.28 元')
  expect(app.text()).toContain('保单尾号 6621')
  await app.tap('使用商业保险（东海人寿）')
  expect(app.text()).toContain('保险公司直接支付 204.22 元')
  expect(app.text()).toContain('免赔额 200 元已用完')
  payer()
  await app.tap('确认支付 51.06 元')
  expect(app.text()).toContain('支付成功')
  expect(mock.world.payments[0]!.parts.map((part) => part.kind)).toEqual(['insurance', 'commercial', 'channel'])
})

test('a payment that the person turns away from waits, is called off and begun again', async () => {
  clinic()
  await toBills()
  await app.tap('去缴费')
  await app.tap('去缴费 255.28 元')
  await app.tap('确认支付 255.28 元')
  expect(app.text()).toContain('等您付款')
  await app.tap('取消支付')
  await app.until(() => app.text().includes('取消这次支付？'))
  await app.tap('确认取消')
  expect(app.text()).toContain('没有支付成功')
  expect(mock.world.payments[0]!.state).toBe('failed')
  await app.tap('重新支付')
  payer()
  await app.tap('确认支付 255.28 元')
  expect(app.text()).toContain('支付成功')
})

test('a scanned code opens somebody else’s bill without a name, and a code of something else is refused', async () => {
  const other = makeBill(mock.world, { patient_id: 'other', name: '顾清和' }, 'outpatient', [
    ['血常规', 'lab', '甲', 2_500],
  ])
  await toBills()
  app.scans = 'https://elsewhere.test/'
  await app.tap('替别人缴费')
  await app.until(() => app.text().includes('这不是账单链接'))
  await app.tap(app.byClass('yt-sheet__close')[0]!)
  app.scans = `${mock.url}/patient/#/pages/bills/pay?token=${other.token}`
  await app.tap('替别人缴费')
  expect(app.page.route).toBe('pages/bills/pay')
  expect(app.text()).toContain('替 **和 缴费')
  expect(app.text()).not.toContain('顾清和')
  expect(places('switch')).toHaveLength(0)
  payer()
  await app.tap('确认支付 25.00 元')
  expect(app.text()).toContain('支付成功')
  expect(other.paid).toMatchObject([{ kind: 'channel', amount_fen: 2_500 }])
})

test('the code of one’s own bill can be copied for somebody else', async () => {
  const bill = clinic()
  await toBills()
  await app.tap('去缴费')
  await app.tap('请别人代付')
  await app.until(() => app.text().includes('复制链接'))
  await app.tap('复制链接')
  expect(app.calls.at(-1)).toContain(`token=${bill.token}`)
  expect(app.toasts).toEqual(['链接已复制'])
})

test('what comes back says to whom, how much, and what is settled anew', async () => {
  const bill = clinic()
  await toBills()
  await app.tap('去缴费')
  await app.tap('去缴费 255.28 元')
  payer()
  await app.tap('确认支付 255.28 元')
  giveBack(mock.world, mock.world.payments[0]!, bill.items[1]!, true)
  await app.tap('查看账单')
  expect(app.text()).toContain('已退或已取消的项目')
  await app.tap('退 25.00 元')
  expect(app.page.route).toBe('pages/bills/refund')
  expect(app.text()).toContain('退费已完成')
  expect(app.text()).toContain('剩下的项目重新结算')
  await app.tap(app.byClass('yt-head__back')[0]!)
  await app.tap('查看')
  expect(app.text()).toContain('1600.00 元')
})

test('the account of a stay: nothing is due while it runs, and a deposit is paid in', async () => {
  const stay = makeStay(mock.world, me, { lines: [['床位费', 'bed', '甲', 5_000, 70]], deposit: 500_000 })
  await toBills()
  expect(app.text()).toContain('出院时结算')
  await app.tap('住院账户')
  expect(app.page.route).toBe('pages/bills/stay')
  expect(app.text()).toContain('预交金不足，建议再缴 3500.00 元')
  await app.tap('缴预交金')
  await app.until(() => app.text().includes('建议金额'))
  await app.type('0.5')
  expect(app.text()).toContain('请填 1 元到 100 万元之间的金额')
  await app.type('3000')
  payer()
  await app.tap('去缴 3000.00 元')
  expect(app.page.route).toBe('pages/bills/pay')
  await app.tap('确认支付 3000.00 元')
  expect(app.text()).toContain('支付成功')
  expect(stay.deposits.map((one) => one.paid[0]?.amount_fen)).toEqual([500_000, 300_000])
})

test('all invoices of the family are on one page', async () => {
  const bill = clinic()
  bill.paid.push({ kind: 'channel', amount_fen: 162_500 })
  await toBills()
  await app.tap('已缴费')
  await app.tap('电子票据')
  expect(app.page.route).toBe('pages/bills/invoices')
  await app.tap('查看')
  expect(app.text()).toContain('11060126 1000000421')
})

test('a policy is kept once with its number, and a paid bill is claimed from it', async () => {
  const bill = clinic()
  bill.paid.push({ kind: 'channel', amount_fen: 162_500 })
  await app.tap('我的')
  await app.tap('商业保险')
  expect(app.text()).toContain('还没有登记保单')
  await app.tap('添加保单')
  await app.until(() => app.text().includes('东海人寿'))
  await app.type('12')
  expect(app.text()).toContain('保单号是 6 到 40 位')
  await app.type('HM-2026-0006621')
  await app.tap('登记保单')
  expect(app.text()).toContain('保单尾号 6621')
  await app.tap(app.byClass('yt-head__back')[0]!)
  await app.tap('账单与退费')
  await app.tap('已缴费')
  await app.tap('门诊')
  await app.tap('向商业保险理赔')
  await app.until(() => app.text().includes('选择一份保单'))
  await app.tap('保单尾号 6621')
  expect(app.text()).toContain('申请 1625.00 元')
  expect(app.text()).toContain('保险公司审核中')
})
