/** What the mock's region has of draws, reviews and releases, arranged for the screens. */
import { randomBytes } from 'node:crypto'
import { dateIn, departments, iso, organizations } from './region.mjs'
import { root, sealed } from './sm3.mjs'

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
  return made.map(([state, opens, closes, name, name_en], n) => {
    const seed = randomBytes(32).toString('hex')
    const leaves = Array.from({ length: 37 }, () => randomBytes(32).toString('hex'))
    const shown = ['closed', 'drawn'].includes(state)
    return {
      id: `0192b000-0000-7000-8000-00000000000${n}`,
      organization_id: organization.id,
      organization_name: organization.name,
      organization_name_en: organization.name_en,
      department_name: departments[0].name,
      department_name_en: departments[0].name_en,
      name,
      name_en,
      state,
      opens_at: at(opens),
      closes_at: at(closes),
      places: 12,
      requests: state === 'announced' ? 0 : leaves.length,
      most_choices: 3,
      seed_commitment: sealed(seed),
      seed: state === 'drawn' ? seed : null,
      requests_root: shown ? root(leaves) : null,
      slots: Array.from({ length: 6 }, (_, s) => {
        const start = Date.parse(`${dateIn(s < 3 ? 5 : 6)}T08:00:00+08:00`)
        const begin = start + (s % 3) * 1_800_000
        return {
          slot_id: `0192b${n}00-0000-7000-8000-0000000000${10 + s}`,
          schedule_id: `0192c${n}00-0000-7000-8000-000000000001`,
          start_at: iso(begin),
          end_at: iso(begin + 1_800_000),
          places: 2,
          practitioner_name: n === 1 ? null : name.slice(0, 3),
          title: n === 1 ? null : '主任医师',
          fee_fen: 5000,
        }
      }),
      leaves,
      secret: seed,
    }
  })
}

export function makeReviews() {
  const said = [
    [5, '讲得很清楚，把检查结果一项一项解释给我听，药怎么吃也写在纸上。', '李*', '谢谢您的信任，按时复诊。'],
    [5, '等的时间不长，医生很耐心。', '王**', null],
    [4, '候诊区椅子有点少，其他都好。', null, '已在候诊区增加座椅，感谢提醒。'],
  ]
  return said.map(([score, text, author_masked, reply], n) => ({
    id: `0192e000-0000-7000-8000-00000000000${n}`,
    at: iso(Date.now() - (n * 5 + 2) * 24 * HOUR),
    score,
    scores: { attitude: score, explanation: score, skill: 5, waiting: 4, environment: score },
    text,
    author_masked,
    reply,
    reply_at: reply ? iso(Date.now() - (n * 5 + 1) * 24 * HOUR) : null,
  }))
}

/** A clinic's next release on the phone: tomorrow's new day at eight. */
export function releases() {
  return ['wechat', 'alipay', 'h5'].map((channel) => ({
    channel,
    day: dateIn(15),
    opens_at: `${dateIn(1)}T08:00:00+08:00`,
    opens_until: `${dateIn(1)}T08:05:00+08:00`,
  }))
}
