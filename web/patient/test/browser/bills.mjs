/** The part of the walk that shows bills, payments, refunds, stays and invoices, with everything that can stand in the way. */
import { giveBack, settle } from '../mock/bills.mjs'
import { askDeposit, makeBill, makeStay } from '../mock/bills-world.mjs'
import { both } from '../mock/world.mjs'

const CLINIC = [
  ['磁共振（MRI）颅脑平扫＋弥散加权成像', 'imaging', '乙', 80_000, 2],
  ['全自动生化分析：肝功能、肾功能、血脂、空腹血糖组合', 'lab', '甲', 13_500],
  ['阿托伐他汀钙片 20 mg × 28 片', 'drug', '乙', 4_279, 3],
  ['进口营养补充剂（自费）', 'drug', '丙', 19_900],
]

export async function billScreens({ page, context, mock, shoot, open }) {
  const { world } = mock
  const [me] = world.members
  const foot = () => page.locator('.yt-foot .wd-button').first()
  const fresh = async (at) => {
    await open(at)
    await page.reload()
    await page.waitForTimeout(400)
  }
  const of = (one) => `id=${one.id}&organization_id=${one.organization_id}`
  /** Answers the requests to an address otherwise as long as `act` runs. */
  const instead = async (pattern, answer, act) => {
    await page.route(pattern, answer)
    await act()
    await page.unroute(pattern, answer)
  }
  const broken = (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        code: 'unavailable',
        message: both('服务暂时不可用', 'The service is not available right now'),
        next: both('请过一分钟再试。', 'Please try again in a minute.'),
        retry: true,
      }),
    })
  const silent = () => undefined

  // The list: empty, loading, broken, and with bills of two people.
  await fresh('bills/index')
  await shoot('81-bills-none')
  await instead('**/api/bills?*', silent, async () => {
    await fresh('bills/index')
    await shoot('81-bills-loading')
  })
  await instead('**/api/bills?*', broken, async () => {
    await fresh('bills/index')
    await shoot('81-bills-broken')
  })
  const clinic = makeBill(world, me, 'outpatient', CLINIC)
  makeBill(world, me, 'registration', [['主任医师门诊诊察费', 'registration', '甲', 6_000]], { days: 1 })
  const parking = makeBill(world, me, 'parking', [['停车费 3 小时 20 分', 'parking', '', 1_500]], { days: 2, at: 1 })
  const child = { ...me, patient_id: 'child', name: '欧阳诗涵', relation: 'child' }
  world.members.push(child)
  makeBill(world, child, 'outpatient', [['血常规', 'lab', '甲', 2_500]], { days: 3, at: 2 })
  await fresh('me/index')
  await fresh('home/index')
  await shoot('82-home-due')
  await fresh('bills/index')
  await shoot('82-bills')
  await page.locator('.list__item').last().click()
  await page.waitForSelector('.yt-sheet__in')
  await page.locator('.yt-sheet__in input').fill('abc')
  await page.locator('.yt-sheet__in .wd-button').click()
  await shoot('82-bills-paste', false)

  // One bill and its code; it cannot be read.
  await instead('**/api/bills/*', broken, async () => {
    await fresh(`bills/detail?${of(clinic)}`)
    await shoot('83-bill-broken')
  })
  await fresh(`bills/detail?${of(clinic)}`)
  await page.locator('.link').first().click()
  await shoot('83-bill')
  await page.locator('.list__item').last().click()
  await shoot('83-bill-code', false)

  // The confirmation: divided, without the account, the insurance silent, without insurance, asking, no channel.
  await instead('**/api/payments/preview', silent, async () => {
    await fresh(`bills/pay?${of(clinic)}`)
    await shoot('84-pay-asking')
  })
  await fresh(`bills/pay?${of(clinic)}`)
  await page.locator('.link').first().click()
  await shoot('84-pay')
  await page.locator('[role=switch]').nth(1).click()
  await shoot('84-pay-no-account')
  world.policies.push({
    coverage_id: 'policy-1',
    insurer_code: 'DEMO-IN-02',
    insurer_name: both('东海人寿保险股份有限公司', 'Donghai Life Insurance Co., Ltd.'),
    policy_tail: '6621',
  })
  await fresh(`bills/pay?${of(clinic)}`)
  await shoot('84-pay-policy')
  await page.locator('[role=switch]').nth(2).click()
  await page.waitForTimeout(300)
  await page.locator('.link').first().click()
  await shoot('84-pay-commercial')
  world.policies.length = 0
  world.insuranceProblem = both(
    '医保平台暂时没有响应，可以稍后再试，或先自费支付。',
    'The insurance does not answer. Try again later, or pay without it.',
  )
  await fresh(`bills/pay?${of(clinic)}`)
  await shoot('84-pay-insurance-silent')
  world.insuranceProblem = null
  world.payChannels = ['cash']
  await fresh(`bills/pay?${of(parking)}`)
  await shoot('84-pay-no-channel')
  world.payChannels = ['alipay', 'cash', 'wechat']
  await instead('**/api/payments', broken, async () => {
    await fresh(`bills/pay?${of(clinic)}`)
    await foot().click()
    await shoot('84-pay-refused', false)
  })
  const stranger = makeBill(world, { patient_id: 'stranger', name: '顾清和' }, 'outpatient', CLINIC)
  await fresh(`bills/pay?token=${stranger.token}`)
  await shoot('84-pay-for-other')
  await fresh('bills/pay?token=0123456789abcdef0123')
  await shoot('84-pay-unknown-code')

  // On its way: waiting for the payer, asked to call it off, slow, cancelled, taken back, paid.
  await fresh(`bills/pay?${of(clinic)}`)
  await instead('**/channel*', silent, async () => {
    const made = page.waitForResponse((answer) => /\/api\/payments$/.test(answer.url()))
    await foot().click()
    await made
  })
  const [payment] = world.payments
  await page.goto('about:blank')
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('85-payment-waiting')
  await page.locator('.yt-foot .link').click()
  await shoot('85-payment-cancel', false)
  const cover = { ...payment.parts[0], id: 'cover', kind: 'commercial', channel: 'DEMO-IN-02', state: 'waiting' }
  Object.assign(cover, { amount_fen: 8_000, text: both('商业保险 东海人寿', 'Commercial insurance Donghai Life') })
  payment.parts.splice(1, 0, cover)
  payment.parts[2].state = 'due'
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('85-payment-insurer')
  payment.parts.splice(1, 1)
  payment.parts[1].state = 'waiting'
  Object.assign(payment, {
    stuck: 'channel',
    stuck_text: both('支付渠道还没有答复', 'The channel has not answered yet'),
  })
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('85-payment-slow')
  Object.assign(payment, { stuck: null, stuck_text: null, state: 'compensating' })
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('85-payment-undoing')
  Object.assign(payment, {
    state: 'failed',
    failure: 'expired',
    failure_text: both('超过支付时限', 'The time to pay ran out'),
  })
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('85-payment-failed')
  settle(world, payment)
  await fresh(`bills/payment?${of(payment)}`)
  await shoot('86-payment-paid')
  await context.setOffline(true)
  await page.locator('.yt-foot .wd-button').first().click()
  await shoot('86-bill-offline')
  await context.setOffline(false)
  await fresh(`bills/detail?${of(clinic)}`)
  await page.locator('.card .wd-button').last().click()
  await page.waitForTimeout(400)
  await shoot('86-bill-paid')

  // Money that comes back: under way, arrived, and more owed than before; the lists without anything.
  const way = giveBack(world, payment, clinic.items[0], false)
  const at = (refund) => `bills/refund?${of(payment)}&refund=${refund.id}`
  await fresh(at(way))
  await shoot('87-refund-under-way')
  Object.assign(way, { state: 'done', state_text: both('退费完成', 'refunded'), ended_at: way.asked_at })
  for (const part of way.parts) Object.assign(part, { state: 'done', state_text: both('已退回', 'given back') })
  await fresh(at(way))
  await shoot('87-refund-done')
  const more = giveBack(world, payment, clinic.items[1], true, 1_230)
  await fresh(at(more))
  await shoot('87-refund-owed')
  await fresh('bills/refund?id=0&organization_id=0&refund=0')
  await shoot('87-refund-missing')
  await fresh(`bills/detail?${of(clinic)}`)
  await page.locator('.card .wd-button').last().click()
  await page.waitForTimeout(400)
  await shoot('87-bill-refunded')
  await fresh('bills/index')
  await page.locator('.segment__one').nth(1).click()
  await shoot('88-bills-paid')
  await page.locator('.segment__one').nth(2).click()
  await shoot('88-bills-back')
  await page.locator('.filters .chip').last().click()
  await shoot('88-bills-back-none')

  // Invoices: of every paid bill, none, broken.
  await fresh('bills/invoices')
  await page.locator('.card .wd-button').first().click()
  await page.waitForTimeout(400)
  await shoot('89-invoices')
  await instead('**/api/bills/*/invoice', broken, async () => {
    await fresh('bills/invoices')
    await page.locator('.card .wd-button').first().click()
    await shoot('89-invoices-broken')
  })
  await instead(
    '**/api/bills?*',
    (route) => route.fulfill({ json: { items: [], next: null } }),
    async () => {
      await fresh('bills/invoices')
      await shoot('89-invoices-none')
    },
  )

  // Commercial policies: none, adding one, a number that is none, claims.
  await fresh('bills/policies')
  await shoot('89-policies-none')
  await foot().click()
  await page.waitForSelector('.yt-sheet__in [role=radio]')
  await page.locator('.yt-sheet__in input').fill('12')
  await shoot('89-policies-add', false)
  await page.locator('.yt-sheet__in input').fill('HM-2026-0006621')
  await page.locator('.yt-sheet__in .wd-button').click()
  await page.waitForTimeout(400)
  const [kept] = world.coverages
  const claim = {
    ...kept,
    claim_no: 'CL1',
    insurer_no: null,
    bill_no: clinic.bill_no,
    made_at: kept.added_at,
    answered_at: null,
  }
  world.claims.push(
    {
      ...claim,
      id: 'c1',
      asked_fen: 25_528,
      covered_fen: 4_422,
      state: 'approved',
      state_text: both('已赔付', 'paid'),
      notes: [both('免赔额 200 元，其余按 80% 赔付', 'Deductible of ¥200, 80 % of the rest')],
    },
    {
      ...claim,
      id: 'c2',
      asked_fen: 98_765_432,
      covered_fen: 0,
      state: 'queued',
      notes: [],
      state_text: both('保险公司审核中', 'being looked at by the insurer'),
    },
  )
  await fresh('bills/policies')
  await shoot('89-policies')
  await page.locator('.list .link').first().click()
  await shoot('89-policies-remove', false)

  world.coverages.push({ ...kept, id: 'second', policy_tail: '0001' })
  const cash = makeBill(world, me, 'registration', [['普通门诊诊察费', 'registration', '甲', 5_000]])
  cash.paid.push({ kind: 'channel', name: 'wechat', amount_fen: 5_000, text: both('微信支付', 'WeChat Pay') })
  await fresh(`bills/detail?${of(cash)}`)
  await page.locator('.list__item').last().click()
  await page.waitForSelector('.yt-sheet__in .list__item')
  await shoot('89-claim-choose', false)
  await page.locator('.yt-sheet__in .list__item').first().click()
  await page.waitForTimeout(400)
  await shoot('89-claimed')

  // In hospital: the running bill and the deposit, paying in, leaving.
  const ward = [
    ['三人间床位费', 'bed', '甲', 5_000, 4],
    ['注射用头孢哌酮钠舒巴坦钠 1.5 g', 'drug', '乙', 12_345, 40],
    ['冠状动脉 CT 血管成像', 'imaging', '乙', 128_000],
  ]
  const stay = makeStay(world, me, { lines: ward })
  await fresh('bills/index')
  await shoot('90-bills-stay')
  await page.locator('.card').first().click()
  await page.waitForURL(/stay/)
  await shoot('90-stay')
  await foot().click()
  await page.waitForSelector('.sum')
  await shoot('90-stay-pay-in', false)
  await page.locator('.yt-sheet__in input').fill('12.345')
  await shoot('90-stay-pay-in-bad', false)
  await page.locator('.yt-sheet__in input').fill('3000')
  await page.locator('.yt-sheet__in .wd-button').click()
  await page.waitForURL(/pay/)
  await page.waitForTimeout(400)
  await shoot('91-deposit-pay')
  await fresh(`bills/stay?${of({ ...stay, organization_id: stay.bill.organization_id })}`)
  await shoot('91-stay-asked')
  await fresh(`bills/detail?${of(stay.bill)}`)
  await shoot('91-stay-bill')
  const big = askDeposit(world, stay, 98_765_432)
  big.paid.push({ kind: 'channel', name: 'alipay', amount_fen: 98_765_432, text: both('支付宝', 'Alipay') })
  stay.state = 'closing'
  await fresh(`bills/stay?${of({ ...stay, organization_id: stay.bill.organization_id })}`)
  await shoot('92-stay-leaving')
  await fresh(`bills/pay?${of(stay.bill)}`)
  await shoot('92-stay-settle')
  await instead('**/api/stays/*', broken, async () => {
    await fresh(`bills/stay?${of({ ...stay, organization_id: stay.bill.organization_id })}`)
    await shoot('92-stay-broken')
  })
  await context.setOffline(true)
  await foot()
    .click({ timeout: 500 })
    .catch(() => undefined)
  await page.waitForTimeout(200)
  await shoot('92-stay-offline')
  await context.setOffline(false)
}
