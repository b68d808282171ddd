/** The mock's answers about waiting lists, offers, draws, reviews, favourites, bans and what stands before a booking. */
import { createHash, randomUUID } from 'node:crypto'
import { releases, shown } from './fair-world.mjs'
import { publish, requestOf } from './publish.mjs'
import { departments, doctors, iso, organizations } from './region.mjs'
import { appointment, both, Refusal } from './world.mjs'

const among = (list, id, what = 'id') => {
  const found = list.find((one) => one[what] === id)
  if (!found) throw new Refusal(404, 'not-found', '找不到', 'Not found')
  return found
}

/** Refuses as the real gate would, as long as the test put hurdles in the way and they are not met. */
export function gate(world, step, headers) {
  const hurdle = world.hurdles[0]
  if (!hurdle || hurdle[0] !== step) return
  const met = HURDLES[hurdle[1]](world, hurdle, headers)
  if (met) world.hurdles.shift()
}
const HURDLES = {
  'waiting-room': (world, hurdle, headers) => {
    hurdle[2] = hurdle[2] ?? 3
    if (headers['x-ticket'] && hurdle[2]-- <= 1) return true
    throw new Refusal(503, 'waiting-room', '现在人很多，请在队里稍等', 'It is very busy. You are in line', {
      next: both('请不要离开，轮到时会自动继续。', 'Please stay. It goes on by itself when it is your turn.'),
      retry: true,
      ticket: 'ticket-1',
      place: hurdle[2] * 120,
      ahead: hurdle[2] * 120 - 1,
      poll_after_s: hurdle[3] ?? 1,
    })
  },
  'proof-needed': (_world, hurdle, headers) => {
    const bits = hurdle[2] ?? 10
    const given = headers['x-proof'] ?? ''
    const first = createHash('sha256').update(given).digest().readUInt32BE(0)
    if (given.startsWith('puzzle.') && Math.clz32(first) >= bits) return true
    throw new Refusal(428, 'proof-needed', '需要确认是真人操作', 'Please show that you are a person', {
      challenge: 'puzzle',
      difficulty_bits: bits,
      expires_at: iso(Date.now() + 120_000),
    })
  },
  'phone-code-needed': (world, _hurdle, headers) => {
    const [challenge, code] = (headers['x-phone-code'] ?? '').split('.')
    if (challenge && challenge === world.challenge?.challenge_id) {
      if (code === '123456') return true
      throw new Refusal(422, 'code-wrong', '验证码不对', 'The code is wrong')
    }
    throw new Refusal(428, 'phone-code-needed', '请用手机验证码确认', 'Please confirm with a code sent to your phone')
  },
  refused: (_world, hurdle) => {
    const [, , code, status, zh, en, more] = hurdle
    throw new Refusal(status, code, zh, en, more)
  },
}

/** Gives a person a place that is kept for them: from the waiting list, or instead of a stopped clinic's. */
export function makeOffer(world, patient, reason, replaces = null, minutes = 28) {
  const schedule = world.schedules.find((one) => one.state === 'open' && one.date > world.schedules[0].date)
  const slot = schedule.slots.find((one) => one.state === 'open')
  const kept = appointment(world, patient, schedule, slot, 'held')
  kept.hold_expires_at = iso(Date.now() + minutes * 60_000)
  const made = {
    id: randomUUID(),
    organization_id: kept.organization_id,
    patient_id: patient.patient_id,
    entry_id: null,
    reason,
    state: 'open',
    replaces_appointment_id: replaces,
    made_at: iso(Date.now() - 120_000),
    expires_at: kept.hold_expires_at,
    ended_at: null,
    appointment: kept,
  }
  world.offers.unshift(made)
  return made
}

function favourite(id) {
  const practitioner = doctors.find((one) => one.id === id) ?? null
  const department = among(departments, practitioner?.department_id ?? id)
  const organization = among(organizations, department.organization_id)
  return {
    kind: practitioner ? 'role' : 'department',
    target_id: id,
    organization_id: organization.id,
    organization_name: organization.name,
    organization_name_en: organization.name_en,
    department_id: department.id,
    department_name: department.name,
    department_name_en: department.name_en,
    practitioner,
    added_at: iso(Date.now()),
  }
}

const waiting = (world, body) => {
  const organization = among(organizations, body.organization_id)
  const department = among(departments, body.department_id)
  const doctor = doctors.find((one) => one.id === body.practitioner_role_id)
  if (world.waitlist.some((one) => one.state === 'waiting' && one.department_id === body.department_id))
    throw new Refusal(409, 'already-waiting', '已经在这个科室的候补队里了', 'Already on this waiting list', {
      next: both('在“候补”里可以看排到第几位。', 'Your place is shown under “Waiting list”.'),
    })
  const made = {
    id: randomUUID(),
    organization_id: organization.id,
    organization_name: organization.name,
    organization_name_en: organization.name_en,
    department_id: department.id,
    department_name: department.name,
    department_name_en: department.name_en,
    practitioner_role_id: doctor?.id ?? null,
    practitioner_name: doctor?.name ?? null,
    patient_id: body.patient_id,
    from: body.from,
    to: body.to,
    period: body.period,
    joined_at: iso(Date.now()),
    state: 'waiting',
    ahead: 4,
    offered_last_week: 9,
  }
  world.waitlist.unshift(made)
  return made
}

/** Lets a person take part; `state` and `rank` are what the draw brought them. */
export function enter(world, drawId, patientId, choices, state = 'entered', rank = null, waitlist = false) {
  const draw = among(world.draws, drawId)
  withdraw(world, draw, (one) => one.patient_id === patientId)
  const entry = requestOf(draw, choices, patientId)
  draw.entries.push(entry)
  const made = {
    ...entry,
    id: randomUUID(),
    draw_id: draw.id,
    organization_id: draw.organization_id,
    patient_id: patientId,
    stratum_title: both('普通', 'General'),
    state,
    requested_at: iso(Date.now()),
    withdrawn_at: null,
    waitlist,
    rank,
    offer: null,
  }
  world.drawRequests.push(made)
  return made
}
function withdraw(world, draw, which) {
  const gone = world.drawRequests.filter((one) => one.draw_id === draw.id && which(one))
  world.drawRequests = world.drawRequests.filter((one) => !gone.includes(one))
  draw.entries = draw.entries.filter((entry) => !gone.some((one) => one.leaf === entry.leaf))
}

export const fairRoutes = [
  ['GET', '/releases', () => ({ items: releases(), next: null }), true],
  ['POST', '/waitlist-entries', ({ world, body }) => waiting(world, body)],
  [
    'GET',
    '/waitlist-entries',
    ({ world, query }) => {
      const over = (one) => !['waiting', 'offered'].includes(one.state)
      const past = query.past === 'true'
      const own = world.waitlist.filter((one) => one.patient_id === query.patient_id)
      return { items: own.filter((one) => over(one) === past), next: null }
    },
  ],
  [
    'POST',
    '/waitlist-entries/:id/leave',
    ({ world, params }) => Object.assign(among(world.waitlist, params.id), { state: 'left', ahead: null }),
  ],
  [
    'GET',
    '/offers',
    ({ world, query }) => ({ items: world.offers.filter((one) => one.patient_id === query.patient_id), next: null }),
  ],
  [
    'POST',
    '/offers/:id/decline',
    ({ world, params }) => {
      const one = Object.assign(among(world.offers, params.id), { state: 'declined' })
      Object.assign(one.appointment, { state: 'cancelled', can_cancel: false })
      return one
    },
  ],
  [
    'GET',
    '/practitioner-roles/:id/reviews',
    ({ world }) => ({
      summary: {
        count: 63,
        mean: 4.7,
        distribution: { 5: 48, 4: 11, 3: 3, 2: 1, 1: 0 },
        aspects: { attitude: 4.9, explanation: 4.8, skill: 4.8, waiting: 4.1, environment: 4.5 },
        shown_from: 5,
      },
      items: world.reviews,
      next: null,
    }),
    true,
  ],
  ['GET', '/appointments/:id/review', ({ world, params }) => among(world.reviewed, params.id, 'appointment_id')],
  [
    'POST',
    '/reviews',
    ({ world, body }) => {
      if (world.reviewed.some((one) => one.appointment_id === body.appointment_id))
        throw new Refusal(409, 'already-reviewed', '这次就诊已经评价过了', 'This visit is reviewed already')
      const given = Object.values(body.scores)
      const made = {
        ...body,
        id: randomUUID(),
        written_at: iso(Date.now()),
        author: '',
        mean: given.reduce((sum, one) => sum + one, 0) / given.length,
        state: 'published',
        reply: null,
        replied_at: null,
        mine: true,
      }
      world.reviewed.push(made)
      return made
    },
  ],
  [
    'DELETE',
    '/reviews/:id',
    ({ world, params }) => Object.assign(among(world.reviewed, params.id), { state: 'withdrawn', text: '' }),
  ],
  ['GET', '/favourites', ({ world }) => ({ items: [...world.favourites].map((id) => favourite(id)), next: null })],
  [
    'PUT',
    '/favourites/:id',
    ({ world, params, query }) => {
      world.favourites.add(params.id)
      return { kind: query.kind, target_id: params.id, organization_id: query.organization_id, favourite: true }
    },
  ],
  [
    'DELETE',
    '/favourites/:id',
    ({ world, params, query }) => {
      world.favourites.delete(params.id)
      return { kind: query.kind, target_id: params.id, organization_id: query.organization_id, favourite: false }
    },
  ],
  [
    'GET',
    '/bans',
    ({ world, query }) => ({ items: world.bans.filter((one) => one.patient_id === query.patient_id), next: null }),
  ],
  [
    'POST',
    '/bans/:id/appeal',
    ({ world, params, body }) =>
      Object.assign(among(world.bans, params.id), { appealed_at: iso(Date.now()), appeal: body.text }),
  ],
  ['GET', '/draws', ({ world }) => ({ items: world.draws.map(shown), next: null }), true],
  ['GET', '/draws/:id', ({ world, params }) => shown(among(world.draws, params.id)), true],
  [
    'GET',
    '/draws/:id/my-requests',
    ({ world, params }) => ({ items: world.drawRequests.filter((one) => one.draw_id === params.id), next: null }),
  ],
  [
    'POST',
    '/draws/:id/requests',
    ({ world, params, body }) => enter(world, params.id, body.patient_id, body.choices, 'entered', null, body.waitlist),
  ],
  [
    'DELETE',
    '/draws/:id/requests/:request',
    ({ world, params }) => withdraw(world, among(world.draws, params.id), (one) => one.id === params.request),
  ],
  [
    'GET',
    '/draws/:id/publication',
    ({ world, params }) => {
      const draw = among(world.draws, params.id)
      return publish(draw, draw.entries)
    },
    true,
  ],
]
