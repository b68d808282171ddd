/** The mock's bills, payments, stays and invoices: shapes of the contract, money in whole fen, amounts that add up. */
import { randomUUID } from 'node:crypto'
import { iso, organizations } from './region.mjs'
import { both } from './world.mjs'

const DAY = 86_400_000
const KINDS = {
  registration: both('挂号', 'Registration'),
  outpatient: both('门诊', 'Outpatient'),
  inpatient: both('住院', 'Inpatient'),
  deposit: both('住院预交金', 'Inpatient deposit'),
  parking: both('停车', 'Parking'),
}
const CATEGORIES = {
  registration: both('挂号诊察费', 'Registration and consultation'),
  imaging: both('影像检查费', 'Imaging'),
  lab: both('化验费', 'Laboratory'),
  drug: both('西药及中成药费', 'Drugs'),
  bed: both('床位费', 'Bed'),
  deposit: both('预交金', 'Deposit'),
  parking: both('停车费', 'Parking'),
}
const STATES = {
  empty: both('无待缴费用', 'nothing to pay'),
  due: both('待缴费', 'to be paid'),
  part_paid: both('部分已缴', 'partly paid'),
  paid: both('已缴清', 'paid'),
}
export const yuan = (fen) => (fen / 100).toFixed(2)
export const said = (zh, en, fen) => both(zh.replace('{}', yuan(fen)), en.replace('{}', yuan(fen)))

/** A bill of these lines: [name, category, insurance class, unit price in fen, count]. */
export function makeBill(world, member, kind, lines, { days = 0, at = 0, encounter = null } = {}) {
  const organization = organizations[at]
  const bill = {
    id: randomUUID(),
    organization_id: organization.id,
    organization_name: organization.name,
    organization_name_en: organization.name_en,
    bill_no: `B2611${String(100 + world.bills.length)}5FQEDBQJV`,
    kind,
    kind_text: KINDS[kind],
    patient_id: member.patient_id,
    patient_name: member.name,
    encounter_id: encounter,
    appointment_id: null,
    insutype: null,
    opened_at: iso(Date.now() - days * DAY),
    closed_at: null,
    token: randomUUID(),
    paid: [],
    items: lines.map(([name, category, insurance_class, unit, count = 1]) => ({
      id: randomUUID(),
      name,
      category,
      insurance_class,
      unit_price_fen: unit,
      cnt_milli: Math.round(count * 1000),
      amount_fen: Math.round(unit * count),
      countered: false,
      counters_id: null,
      reason: null,
      at: iso(Date.now() - days * DAY),
      price_code: name,
      price_version: '2026-01-01',
      source_type: 'order',
      source_line: 0,
      med_list_codg: '',
    })),
  }
  world.bills.unshift(bill)
  return bill
}

const standing = (bill) => bill.items.filter((one) => !one.countered)
const sum = (list, field = 'amount_fen') => list.reduce((total, one) => total + one[field], 0)

/** The bill as a row of a list. */
export function row(bill) {
  const charged = sum(standing(bill))
  const received = sum(bill.paid)
  const state = charged === received ? (charged ? 'paid' : 'empty') : received ? 'part_paid' : 'due'
  const { token, paid, items, ...rest } = bill
  return {
    ...rest,
    state,
    state_text: STATES[state],
    charged_fen: charged,
    received_fen: received,
    outstanding_fen: charged - received,
    lines: items.length,
  }
}

/** The bill with everything. */
export function detail(bill, origin = 'http://hospital.test') {
  const one = row(bill)
  const categories = [...new Set(standing(bill).map((line) => line.category))].map((category) => {
    const those = standing(bill).filter((line) => line.category === category)
    return { category, text: CATEGORIES[category], amount_fen: sum(those), lines: those.length }
  })
  const explanations = categories.map((each) =>
    said(
      `${each.text.zh} ${each.lines} 项，共 {} 元。`,
      `${each.text.en}: ${each.lines} lines, {} yuan.`,
      each.amount_fen,
    ),
  )
  explanations.push(
    one.outstanding_fen > 0
      ? said('还需支付 {} 元。', '{} yuan are still to be paid.', one.outstanding_fen)
      : both('费用已全部结清。', 'Everything is settled.'),
  )
  return {
    ...one,
    items: bill.items,
    categories,
    parts: bill.paid.filter((part) => part.amount_fen > 0),
    explanations,
    pay_url: `${origin}/patient/#/pages/bills/pay?token=${bill.token}`,
  }
}

/** What somebody who holds the code sees. */
export function glimpse(world, bill) {
  const one = row(bill)
  const kept = ['id', 'organization_id', 'organization_name', 'organization_name_en', 'bill_no', 'kind', 'kind_text']
  return {
    ...Object.fromEntries([...kept, 'state', 'state_text', 'outstanding_fen'].map((name) => [name, one[name]])),
    patient_name_masked: `**${bill.patient_name.slice(-1)}`,
    own: world.members.some((each) => each.patient_id === bill.patient_id),
    closed: false,
  }
}

/** Somebody's stay with its running bill and a deposit that was paid. */
export function makeStay(world, member, { deposit = 500_000, lines, days = 4, state = 'running' } = {}) {
  const id = randomUUID()
  const bill = makeBill(world, member, 'inpatient', lines, { days, encounter: id })
  const stay = { id, patient: member, bill, days, state, deposits: [] }
  world.stays.unshift(stay)
  if (deposit) {
    const paid = askDeposit(world, stay, deposit, days)
    paid.paid.push({ kind: 'channel', name: 'wechat', amount_fen: deposit, text: both('微信支付', 'WeChat Pay') })
  }
  return stay
}
export function askDeposit(world, stay, fen, days = 0) {
  const bill = makeBill(world, stay.patient, 'deposit', [['住院预交金', 'deposit', '', fen]], {
    days,
    encounter: stay.id,
  })
  stay.deposits.push(bill)
  return bill
}
/** What a patient paid in advance and has not used. */
export function depositOf(world, patientId) {
  const stays = world.stays.filter((one) => one.patient.patient_id === patientId)
  const paid = sum(stays.flatMap((one) => one.deposits).flatMap((bill) => bill.paid))
  const used = sum(
    world.bills
      .filter((one) => one.patient_id === patientId)
      .flatMap((one) => one.paid.filter((p) => p.kind === 'deposit')),
  )
  return paid - used
}
const STAY_STATES = {
  running: both('在院', 'in hospital'),
  closing: both('出院结算中', 'being settled'),
  settled: both('已结算', 'settled'),
}
export function stayView(world, stay) {
  const bill = row(stay.bill)
  const deposit = depositOf(world, stay.patient.patient_id)
  const left = deposit - bill.outstanding_fen
  const short = left < 200_000 ? 500_000 - left : 0
  return {
    id: stay.id,
    organization_id: bill.organization_id,
    organization_name: bill.organization_name,
    organization_name_en: bill.organization_name_en,
    patient_id: bill.patient_id,
    patient_name: bill.patient_name,
    department_id: randomUUID(),
    department_name: '心血管内科',
    department_name_en: 'Cardiology',
    bed: '3 病区 12 床',
    state: stay.state,
    state_text: STAY_STATES[stay.state],
    admitted_at: iso(Date.now() - stay.days * DAY),
    discharged_at: stay.state === 'running' ? null : iso(Date.now()),
    bill_id: bill.id,
    bill_no: bill.bill_no,
    account: {
      charged_fen: bill.charged_fen,
      outstanding_fen: bill.outstanding_fen,
      deposit_fen: deposit,
      left_fen: left,
      short_fen: short,
    },
    deposits: stay.deposits.map(row),
    explanations: [
      both(
        `已发生费用 ${yuan(bill.charged_fen)} 元，预交金余额 ${yuan(deposit)} 元。`,
        `${yuan(bill.charged_fen)} yuan were charged so far; ${yuan(deposit)} yuan are left of the deposit.`,
      ),
    ],
  }
}

/** The red and the new invoice that a bill gets when it changed, as the real ones do. */
export function invoice(world, bill) {
  const list = (world.invoices[bill.id] ??= [])
  const charged = row(bill).charged_fen
  const valid = list.find((one) => one.state === 'valid')
  if (valid?.amount_fen === charged) return valid
  const issue = (amount_fen, state, reverses_id = null) => {
    const made = {
      id: randomUUID(),
      organization_id: bill.organization_id,
      bill_id: bill.id,
      patient_id: bill.patient_id,
      code: '11060126',
      number: String(1_000_000_421 + list.length),
      check_code: '7C1F09AE',
      amount_fen,
      amount_capitals: '',
      state,
      reverses_id,
      issued_at: iso(Date.now()),
      facts: {},
      verify_url: 'http://hospital.test/verify',
    }
    list.push(made)
    return made
  }
  if (valid) {
    valid.state = 'taken_back'
    issue(-valid.amount_fen, 'red', valid.id)
  }
  return charged ? issue(charged, 'valid') : null
}
