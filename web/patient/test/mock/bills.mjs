/** The mock's answers about bills: who would pay what, payments on their way, refunds, stays and invoices. */
import { randomUUID } from 'node:crypto'
import { askDeposit, depositOf, detail, glimpse, invoice, row, said, stayView } from './bills-world.mjs'
import { iso } from './region.mjs'
import { both, Refusal } from './world.mjs'

const one = (list, id) => {
  const found = list.find((each) => each.id === id)
  if (!found) throw new Refusal(404, 'not-found', '找不到这条记录', 'Not found')
  return found
}
const UNINSURED = ['parking', 'meal', 'delivery', 'deposit']
const SHARES = {
  fund: both('医保基金支付', 'Paid by insurance funds'),
  account: both('个人账户支付', 'Paid from the personal account'),
  commercial: both('商业保险支付', 'Paid by commercial insurance'),
  deposit: both('预交金抵扣', 'Taken from the deposit'),
  own: both('个人支付', 'Paid by you'),
}
/** The commercial insurer of the mock's region. */
export const INSURER = {
  code: 'DEMO-IN-02',
  name: '东海人寿保险股份有限公司',
  name_en: 'Donghai Life Insurance Co., Ltd.',
}
const COVER = both('免赔额 200 元已用完，按 80% 赔付', 'The deductible of ¥200 is used up; 80 % is covered')
const PARTIES = {
  insurance: both('职工医保', 'Employees’ insurance'),
  commercial: both('商业保险 东海人寿', 'Commercial insurance Donghai Life'),
  deposit: both('预交金', 'Deposit'),
  wechat: both('微信支付', 'WeChat Pay'),
  alipay: both('支付宝', 'Alipay'),
}
const PART_STATES = {
  due: both('未开始', 'not begun'),
  waiting: both('等待付款', 'waiting for the payer'),
  done: both('已支付', 'paid'),
  failed: both('未成功', 'failed'),
  reversed: both('已退回', 'taken back'),
}
const ORDER_STATES = {
  settling: both('支付中', 'being paid'),
  compensating: both('退回中', 'being taken back'),
  settled: both('已支付', 'paid'),
  part_refunded: both('部分退费', 'partly refunded'),
  refunded: both('已退费', 'refunded'),
  failed: both('未支付', 'not paid'),
}

/** Who would pay what: funds 65 %, the personal account what it has, cover 80 % of the rest, the deposit, the payer. */
function divide(world, bill, wish) {
  const total = row(bill).outstanding_fen
  const parts = []
  let left = total
  const take = (kind, fen) => {
    const amount_fen = Math.min(left, fen)
    if (amount_fen <= 0) return
    parts.push({ kind, name: '', amount_fen, text: SHARES[kind] })
    left -= amount_fen
  }
  const insured = wish.use_insurance && !UNINSURED.includes(bill.kind) && !world.insuranceProblem
  const explanation = []
  if (insured) {
    take('fund', Math.round(total * 0.65))
    explanation.push(said('本次费用共 {} 元', 'The bill comes to ¥{}', total))
    explanation.push(said('统筹基金支付 {} 元', 'The basic insurance fund pays ¥{}', Math.round(total * 0.65)))
    if (wish.use_account) take('account', world.accountFen)
  }
  if (wish.use_commercial) {
    take('commercial', Math.round(left * 0.8))
    explanation.push(COVER)
  }
  take('deposit', wish.deposit_fen > 0 ? Math.min(wish.deposit_fen, depositOf(world, bill.patient_id)) : 0)
  if (insured) explanation.push(said('其余由个人支付 {} 元', 'The rest is paid by you: ¥{}', left))
  const own = left
  take('own', left)
  return { total, own, parts, explanation, insured }
}

function preview(world, bill, wish) {
  const { total, own, parts, explanation, insured } = divide(world, bill, wish)
  if (!total) throw new Refusal(409, 'nothing-to-pay', '这张账单没有待支付的费用。', 'Nothing is waiting to be paid.')
  return {
    organization_id: bill.organization_id,
    bill_id: bill.id,
    charge_ids: bill.items.filter((line) => !line.countered).map((line) => line.id),
    total_fen: total,
    own_fen: own,
    parts,
    insutype: insured ? '310' : null,
    insurance_problem: wish.use_insurance ? world.insuranceProblem : null,
    account_balance_fen: insured ? Math.max(0, world.accountFen - (wish.use_account ? total : 0)) : null,
    deposit_balance_fen: depositOf(world, bill.patient_id),
    channels: world.payChannels,
    policies: UNINSURED.includes(bill.kind) ? [] : world.policies,
    coverage_id: wish.coverage_id ?? null,
    commercial_problem: null,
    commercial_notes: wish.use_commercial ? [COVER] : [],
    explanation,
  }
}

function begin(world, bill, wish) {
  const { total, parts, own } = divide(world, bill, wish)
  const part = (kind, channel, amount_fen, state, more = {}) => ({
    id: randomUUID(),
    kind,
    channel,
    scene: null,
    number: `P26112209${String(world.payments.length)}7F3A0C5D81E24B6E9F`,
    outside_no: null,
    amount_fen,
    fund_fen: 0,
    account_fen: 0,
    hospital_fen: 0,
    refunded_fen: 0,
    state,
    text: PARTIES[channel] ?? PARTIES[kind],
    invoke: null,
    done_at: null,
    ...more,
  })
  const of = (kind) => parts.find((each) => each.kind === kind)?.amount_fen ?? 0
  const made = []
  const insured = of('fund') + of('account')
  if (insured)
    made.push(
      part('insurance', '310', insured, 'done', {
        fund_fen: of('fund'),
        account_fen: of('account'),
        text: PARTIES.insurance,
      }),
    )
  for (const kind of ['commercial', 'deposit']) if (of(kind)) made.push(part(kind, kind, of(kind), 'done'))
  if (own) {
    const { channel, scene } = wish.channels[0]
    const invoke = scene === 'jsapi' ? { paySign: 's', package: 'prepay_id=1', timeStamp: '1' } : { h5_url: '/channel' }
    made.push(part('channel', channel, own, 'waiting', { scene, invoke }))
  }
  const payment = {
    id: randomUUID(),
    organization_id: bill.organization_id,
    bill_id: bill.id,
    bill_no: bill.bill_no,
    patient_id: bill.patient_id,
    total_fen: total,
    refunded_fen: 0,
    state: 'settling',
    failure: null,
    failure_text: null,
    stuck: null,
    stuck_text: null,
    charge_ids: [],
    parts: made,
    refunds: [],
    created_at: iso(Date.now()),
    expires_at: iso(Date.now() + 14 * 60_000),
    settled_at: null,
  }
  world.payments.unshift(payment)
  if (!own) settle(world, payment)
  return payment
}

/** The channel took the money: the payment is settled, and the bill knows who paid. */
export function settle(world, payment) {
  for (const part of payment.parts) Object.assign(part, { state: 'done', done_at: iso(Date.now()), invoke: null })
  Object.assign(payment, { state: 'settled', settled_at: iso(Date.now()) })
  const bill = one(world.bills, payment.bill_id)
  for (const part of payment.parts) {
    const kinds =
      part.kind === 'insurance'
        ? { insurer: part.fund_fen, account: part.account_fen }
        : { [part.kind]: part.amount_fen }
    const words = { insurer: SHARES.fund, account: SHARES.account }
    for (const [kind, amount_fen] of Object.entries(kinds))
      bill.paid.push({ kind, name: part.channel, amount_fen, text: words[kind] ?? part.text })
  }
}

/** One line of a paid bill goes back, by way of the insurance and the channel; `done` when it has arrived. */
export function giveBack(world, payment, line, done, owed = 0) {
  const bill = one(world.bills, payment.bill_id)
  Object.assign(line, { countered: true, reason: '检查未做' })
  const insured = payment.parts.find((part) => part.kind === 'insurance')
  const channel = payment.parts.find((part) => part.kind === 'channel')
  const share = Math.round((line.amount_fen * (channel?.amount_fen ?? 0)) / payment.total_fen)
  const back = (part, amount_fen) => ({
    id: randomUUID(),
    part_id: part.id,
    kind: part.kind,
    channel: part.channel,
    number: part.number,
    outside_no: null,
    amount_fen,
    state: done ? 'done' : 'waiting',
    text: part.text,
    state_text: done ? both('已退回', 'given back') : both('退回中', 'on its way back'),
    done_at: done ? iso(Date.now()) : null,
  })
  const refund = {
    id: randomUUID(),
    kind: 'refund',
    amount_fen: line.amount_fen - owed,
    owed_fen: owed,
    reason: '检查未做，患者改期到其他医院检查',
    state: done ? 'done' : 'returning',
    state_text: done ? both('退费完成', 'refunded') : both('退费中', 'being refunded'),
    charge_ids: [line.id],
    lines: [{ charge_id: line.id, amount_fen: line.amount_fen, cnt_milli: null, kept_id: null }],
    parts: [insured && back(insured, insured.amount_fen), channel && back(channel, share)].filter(Boolean),
    asked_at: iso(Date.now() - 60_000),
    ended_at: done ? iso(Date.now()) : null,
  }
  payment.refunds.push(refund)
  payment.state = 'part_refunded'
  let left = line.amount_fen
  for (const part of [...bill.paid].reverse()) {
    const gone = Math.min(left, part.amount_fen)
    part.amount_fen -= gone
    left -= gone
  }
  return refund
}

function seen(payment) {
  const open = payment.refunds.some((each) => !each.ended_at)
  return {
    ...payment,
    state_text: ORDER_STATES[payment.state],
    final: !['settling', 'compensating'].includes(payment.state) && !open,
    parts: payment.parts.map((part) => ({ ...part, state_text: PART_STATES[part.state] })),
  }
}

/** [method, pattern, handler, open to everybody] */
export const billRoutes = [
  [
    'GET',
    '/bills',
    ({ world, query }) => ({
      items: world.bills
        .filter((each) =>
          query.patient_id
            ? each.patient_id === query.patient_id
            : world.members.some((member) => member.patient_id === each.patient_id),
        )
        .map(row)
        .filter((each) => (query.state === 'all' ? true : each.outstanding_fen > 0 === (query.state === 'open'))),
      next: null,
    }),
  ],
  [
    'GET',
    '/bills/by-token/:token',
    ({ world, params }) => {
      const bill = world.bills.find((each) => each.token === params.token)
      if (!bill) throw new Refusal(404, 'not-found', '找不到这张账单', 'No such bill')
      return glimpse(world, bill)
    },
  ],
  ['GET', '/bills/:id', ({ world, params }) => detail(one(world.bills, params.id))],
  [
    'POST',
    '/bills/:id/invoice',
    ({ world, params }) => {
      const made = invoice(world, one(world.bills, params.id))
      if (!made) throw new Refusal(409, 'bill-not-settled', '账单尚未结清，不能开具票据。', 'The bill is not settled.')
      return made
    },
  ],
  ['GET', '/bills/:id/invoices', ({ world, params }) => ({ items: world.invoices[params.id] ?? [], next: null })],
  ['POST', '/payments/preview', ({ world, body }) => preview(world, one(world.bills, body.bill_id), body)],
  ['POST', '/payments', ({ world, body }) => seen(begin(world, one(world.bills, body.bill_id), body))],
  [
    'GET',
    '/payments',
    ({ world, query }) => ({
      items: world.payments
        .filter((each) => each.patient_id === query.patient_id && (!query.bill_id || each.bill_id === query.bill_id))
        .map(seen),
      next: null,
    }),
  ],
  [
    'GET',
    '/payments/:id',
    ({ world, params }) => {
      const payment = one(world.payments, params.id)
      if (payment.state === 'settling' && world.channelPaid) settle(world, payment)
      return seen(payment)
    },
  ],
  [
    'POST',
    '/payments/:id/cancel',
    ({ world, params }) => {
      const payment = one(world.payments, params.id)
      for (const part of payment.parts) part.state = part.kind === 'channel' ? 'failed' : 'reversed'
      return seen(
        Object.assign(payment, {
          state: 'failed',
          failure: 'cancelled',
          failure_text: both('支付已取消', 'The payment was cancelled'),
        }),
      )
    },
  ],
  [
    'GET',
    '/coverages',
    ({ world, query }) => ({ items: world.coverages.filter((each) => each.patient_id === query.patient_id) }),
  ],
  [
    'POST',
    '/coverages',
    ({ world, body }) => {
      const insurer = INSURER
      const made = {
        id: randomUUID(),
        patient_id: body.patient_id,
        insurer_code: insurer.code,
        insurer_name: insurer.name,
        insurer_name_en: insurer.name_en,
        policy_tail: body.policy_no.slice(-4),
        added_at: iso(Date.now()),
      }
      world.coverages.push(made)
      return made
    },
  ],
  [
    'DELETE',
    '/coverages/:id',
    ({ world, params }) => {
      world.coverages = world.coverages.filter((each) => each.id !== params.id)
    },
  ],
  [
    'POST',
    '/bills/:id/claims',
    ({ world, params, body }) => {
      const bill = one(world.bills, params.id)
      const policy = one(world.coverages, body.coverage_id)
      const asked_fen = bill.paid
        .filter((part) => part.kind === 'channel')
        .reduce((sum, part) => sum + part.amount_fen, 0)
      const made = {
        ...policy,
        id: randomUUID(),
        bill_id: bill.id,
        bill_no: bill.bill_no,
        asked_fen,
        covered_fen: 0,
        state: 'queued',
        state_text: both('保险公司审核中', 'being looked at by the insurer'),
        notes: [],
        made_at: iso(Date.now()),
      }
      world.claims.push(made)
      return made
    },
  ],
  ['GET', '/claims', ({ world }) => ({ items: world.claims, next: null })],
  ['GET', '/stays', ({ world }) => ({ items: world.stays.map((each) => stayView(world, each)), next: null })],
  ['GET', '/stays/:id', ({ world, params }) => stayView(world, one(world.stays, params.id))],
  [
    'POST',
    '/stays/:id/deposits',
    ({ world, params, body }) => detail(askDeposit(world, one(world.stays, params.id), body.amount_fen)),
  ],
]
