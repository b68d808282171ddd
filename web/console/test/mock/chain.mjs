// Answers of the evidence chain's addresses in the contract's shape.
import * as d from './data.mjs'

const list = (items, next = null) => ({ items, next })
const two = (zh, en) => ({ zh, en })
const hex = (n, length = 64) => Array.from({ length }, (_, k) => '0123456789abcdef'[(n * 31 + k * k * 7 + k * 3 + (n >> 2)) % 16]).join('')
const ok = { code: 'ok', code_text: two('成功上链', 'on the chain') }
const held = { code: 'held', code_text: two('已被其他药房接单', 'another pharmacy holds it') }
const hospital = { organization_id: d.hospital.id, organization_name: d.hospital.name, organization_name_en: d.hospital.name_en ?? 'Binjiang First Hospital', kind: 'hospital' }
const shop = (n) => ({ organization_id: d.id(), organization_name: `滨江大药房${['江南', '钱塘', '城东'][n]}店`, organization_name_en: `Binjiang Pharmacy ${['Jiangnan', 'Qiantang', 'East'][n]}`, kind: 'pharmacy' })
const insurer = { organization_id: d.id(), organization_name: '滨江市医疗保障局', organization_name_en: 'Binjiang Insurance', kind: 'insurer' }
const commission = { organization_id: d.id(), organization_name: '滨江市卫生健康委', organization_name_en: 'Binjiang Health Commission', kind: 'commission' }
const words = { issue: two('开具', 'issued'), review: two('药师审核', 'reviewed by a pharmacist'), release: two('患者同意流转', 'released by the patient'), accept: two('药房接单', 'accepted by a pharmacy'), dispense: two('发药', 'dispensed'), settle: two('医保结算', 'settled by the insurer'), anchor: two('日志封存锚定', 'event seal anchored') }
const shops = [shop(0), shop(1), shop(2)]
let height = 1840
const subject = d.id()
const transaction = (action, who, minutes, number, more = {}) => ({ digest: hex(++height), height, position: 0, at: d.now(-minutes), action, action_text: words[action], ...who, key: hex(height, 32), sequence: height % 97, subject, part: ['issue', 'review', 'anchor'].includes(action) ? null : 1, quantities: action === 'issue' || action === 'dispense' ? [28, 14] : [], number, ...ok, ...more })
const number = '2026112200131'
const hands = [transaction('issue', hospital, 96, number), transaction('review', hospital, 88, number), transaction('release', hospital, 64, number), transaction('accept', shops[0], 61, number), transaction('accept', shops[1], 61, number, held), transaction('dispense', shops[0], 24, number), transaction('settle', insurer, 22, number)]
const others = Array.from({ length: 26 }, (_, n) => transaction(['anchor', 'issue', 'review', 'release', 'anchor', 'accept'][n % 6], n % 6 % 4 === 0 ? commission : n % 6 === 5 ? shops[n % 3] : hospital, 20 - n * 0.7, n % 6 % 4 === 0 ? null : `20261122001${40 + n}`))
const newest = [...hands, ...others].reverse()
const block = (one) => ({ height: one.height, at: one.at, digest: hex(one.height + 7), previous: hex(one.height + 6), root: hex(one.height + 900), transactions: 1 })
const followed = { prescription_id: subject, number, rounds: [{ subject, replaced: false, parts: [{ number: 1, state: 'settled', state_text: two('已结算', 'settled'), opens_at: d.now(-96), closes_at: d.now(4200), quantities: [28, 14], dispensed: [28, 14], returned: [0, 0], holder_name: shops[0].organization_name }], hands }], waiting: [] }
const overview = { state: 'open', engine: 'embedded', chain: 'region-330000', genesis: hex(3), sealer: hex(5, 128), height, at: newest[0].at, digest: hex(height + 7), root: hex(height + 900), transactions: height * 2, writer_since: d.now(-2900), tasks_waiting: 0, breach: null }
const roles = { commission: ['admin', 'govern', 'patient', 'access', 'supervise', 'recall', 'anchor'], hospital: ['admin', 'prescribe', 'review', 'dispense', 'patient', 'access', 'anchor'], pharmacy: ['admin', 'dispense', 'access', 'anchor'], insurer: ['admin', 'settle', 'access', 'anchor'] }
const members = { nodes: [{ kind: 'sealer', key: hex(5, 128), organization_name: '', power: 1 }], members: [commission, insurer, hospital, ...shops].map((one, n) => ({ organization_id: one.organization_id, name: one.organization_name, name_en: one.organization_name_en, code: `M${n}`, kind: one.kind, governs: n === 0, suspended: false, keys: roles[one.kind].map((role, k) => ({ name: hex(n * 9 + k, 32), roles: n === 0 && k === 0 ? ['admin', 'govern'] : [role], used: k * 7, retired: false })) })) }
const check = ({ body }) => ({ ok: true, height, genesis: hex(3), at: d.now(), milliseconds: 412, checks: [['genesis', '创世内容与摘要', 'Genesis and its digest', 1, `摘要 ${hex(3, 16)}…`], ['links', '区块哈希首尾相连', 'Hash links from block to block', height, `共 ${height} 个区块，逐一相连`], ['blocks', '区块签名（SM2）', 'Seals of blocks (SM2)', 500, '最新 500 个区块的签名有效'], ...(body.prescription ? [['evidence', '处方交易签名与状态证明', 'Signatures and state proofs', 7, '7 笔交易的签名、区块路径和状态证明全部有效']] : []), ['seals', '事件日志封存与锚定', 'Seals of the event log, anchored', 7, '重算 7 个封存，与链上锚定一致；0 条事件尚待封存']].map(([code, zh, en, count, detail]) => ({ code, text: two(zh, en), ok: true, count, detail: two(detail, `${count} computed anew, all agree`) })) })

export const routes = [
  ['GET', '/ledger', () => overview], ['GET', '/ledger/transactions', () => list(newest)], ['GET', '/ledger/prescriptions', () => followed], ['GET', '/ledger/members', () => members], ['POST', '/ledger/checks', check],
  ['GET', '/ledger/blocks', () => list(newest.map(block), 'more')], ['GET', '/ledger/blocks/:id', ({ id }) => { const held_ = newest.filter((one) => one.height === Number(id)); return { block: block(held_[0] ?? newest[0]), signature: hex(Number(id), 128), transactions: held_ } }],
  ['GET', '/ledger/seals', () => list(Array.from({ length: 30 }, (_, n) => ({ number: 611 - n, at: d.now(-n), events: 1 + (n * 7) % 23, root: hex(611 - n), anchored: n > 0 })), 'more')],
]
