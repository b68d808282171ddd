/** What the mock's region has of draws, reviews and releases, arranged for the screens. */
import { randomBytes } from 'node:crypto'
import { dateIn, departments, iso, organizations } from './region.mjs'
import { publish, requestOf, sealed } from './publish.mjs'

const HOUR = 3_600_000

/** One draw in each state that a person meets. */
export function makeDraws() {
  const at = (hours) => iso(Date.now() + hours * HOUR)
  const [organization] = organizations
  const made = [
    ['announced', 26, 50, '陈立群 专家门诊', 'Chen Liqun, expert clinic'],
    ['open', -5, 7, '冠心病多学科团队', 'Coronary heart disease team'],
    ['closed', -26, -1, '心力衰竭专病门诊', 'Heart failure clinic'],
    ['drawn', -50, -26, '周雅琴 专家门诊', 'Zhou Yaqin, expert clinic'],
  ]
  return made.map(([state, opens, closes, zh, en], n) => {
    const secret = randomBytes(32).toString('hex')
    const draw = {
      id: `0192b000-0000-7000-8000-00000000000${n}`,
      organization_id: organization.id,
      organization_name: organization.name,
      organization_name_en: organization.name_en,
      department_id: departments[0].id,
      department_name: departments[0].name,
      department_name_en: departments[0].name_en,
      title: { zh, en },
      state,
      opens_at: at(opens),
      closes_at: at(closes),
      reveal_at: at(closes + 1),
      closed_at: closes < 0 ? at(closes) : null,
      drawn_at: state === 'drawn' ? at(closes + 1) : null,
      claim_hours: 12,
      choices_max: 3,
      strata: [{ code: 'general', title: { zh: '普通', en: 'General' }, places: null, rule: null }],
      places: 12,
      commitment: sealed(secret),
      beacon_source: null,
      beacon: null,
      numbers: null,
      cancelled_reason: null,
      slots: Array.from({ length: 6 }, (_, s) => {
        const begin = Date.parse(`${dateIn(s < 3 ? 5 : 6)}T08:00:00+08:00`) + (s % 3) * 1_800_000
        return {
          slot_id: `0192b${n}00-0000-7000-8000-0000000000${10 + s}`,
          schedule_id: `0192c${n}00-0000-7000-8000-000000000001`,
          start_at: iso(begin),
          end_at: iso(begin + 1_800_000),
          places: 2,
          practitioner_role_id: null,
          practitioner_name: n === 1 ? null : zh.slice(0, 3),
          title: n === 1 ? null : '主任医师',
          service_name: '专家门诊',
          service_name_en: 'Expert clinic',
          fee_fen: 5000,
        }
      }),
      secret,
    }
    const wish = (k) => [draw.slots[k % 6].slot_id, draw.slots[(k * 5 + 1) % 6].slot_id]
    draw.entries = state === 'announced' ? [] : Array.from({ length: 37 }, (_, k) => requestOf(draw, wish(k)))
    return draw
  })
}

/** A draw as everybody sees it. */
export function shown({ entries, secret, ...draw }) {
  const over = ['closed', 'drawn'].includes(draw.state)
  return {
    ...draw,
    requests: entries.length,
    requests_root: over ? publish({ ...draw, secret }, entries).root : null,
    seed: draw.state === 'drawn' ? secret : null,
  }
}

export function makeReviews() {
  const said = [
    [5, '讲得很清楚，把检查结果一项一项解释给我听，药怎么吃也写在纸上。', '李*', '谢谢您的信任，按时复诊。'],
    [5, '等的时间不长，医生很耐心。', '王**', null],
    [4, '候诊区椅子有点少，其他都好。', null, '已在候诊区增加座椅，感谢提醒。'],
  ]
  return said.map(([score, text, author_masked, reply], n) => ({
    id: `0192e000-0000-7000-8000-00000000000${n}`,
    written_at: iso(Date.now() - (n * 5 + 2) * 24 * HOUR),
    mean: score,
    state: 'published',
    anonymous: !author_masked,
    mine: false,
    scores: { attitude: score, explanation: score, skill: 5, waiting: 4, environment: score },
    text,
    author: author_masked ?? '',
    reply,
    replied_at: reply ? iso(Date.now() - (n * 5 + 1) * 24 * HOUR) : null,
  }))
}

/** A clinic's next release on the phone: tomorrow's new day at eight. */
export function releases() {
  return ['wechat', 'alipay', 'h5'].map((channel) => ({
    channel,
    day: dateIn(15),
    opens_at: `${dateIn(1)}T08:00:00+08:00`,
    opens_by: `${dateIn(1)}T08:05:00+08:00`,
  }))
}
