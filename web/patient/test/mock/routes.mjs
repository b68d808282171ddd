/** What the mock answers, route by route. */
import { randomBytes, randomUUID } from 'node:crypto'
import { billRoutes, INSURER } from './bills.mjs'
import { fairRoutes, gate } from './fair.mjs'
import { dateIn, departments, doctors, iso, organizations, settings, specialties } from './region.mjs'
import { Refusal, member, find, offer, appointment, place, both, visit } from './world.mjs'

const account = (world) => ({
  id: 'acc',
  phone_masked: '138****0001',
  self_patient_id: world.members.find((one) => one.relation === 'self')?.patient_id ?? null,
  members: world.members,
  family_cap: settings.family_cap,
})
const session = (world) => ({ token: world.token, expires_at: iso(Date.now() + 86_400_000), account: account(world) })
const strip = ({ slots, ...schedule }) => schedule
const mine = (world, id) =>
  world.appointments.find((one) => one.id === id) ??
  (() => {
    throw new Refusal(404, 'not-found', '找不到这个预约', 'No such booking')
  })()

/** [method, pattern, handler({world, params, query, body}), open to everybody] */
const routes = [
  ...fairRoutes,
  ...billRoutes,
  ['GET', '/prescription-parts', () => ({ items: [] })],
  ['GET', '/public-settings', () => settings, true],
  [
    'POST',
    '/sign-in/phone-codes',
    ({ world, body }) => {
      world.challenge = { challenge_id: randomUUID(), phone: body.phone }
      return {
        challenge_id: world.challenge.challenge_id,
        expires_at: iso(Date.now() + 300_000),
        resend_at: iso(Date.now() + 60_000),
      }
    },
    true,
  ],
  [
    'POST',
    '/sign-in/phone',
    ({ world, body }) => {
      if (body.code !== '123456')
        throw new Refusal(422, 'code-wrong', '验证码不对', 'The code is wrong', {
          next: both('请看最新一条短信里的 6 位数字。', 'Look for the 6 digits in the latest message.'),
        })
      return session(world)
    },
    true,
  ],
  ['GET', '/me', ({ world }) => ({ kind: 'patient', account: account(world) })],
  ['DELETE', '/session', () => undefined],
  ['POST', '/session/refresh', ({ world }) => session(world)],
  [
    'POST',
    '/patients',
    ({ world, body }) => {
      if (world.members.length >= settings.family_cap)
        throw new Refusal(409, 'family-cap', '家人数量已达上限', 'The family is full')
      const made = member(body)
      world.members.push(made)
      return { member: made, session: session(world) }
    },
  ],
  ['GET', '/family', ({ world }) => ({ members: world.members, cap: settings.family_cap })],
  [
    'DELETE',
    '/family/:id',
    ({ world, params }) => {
      world.members = world.members.filter((one) => one.patient_id !== params.id)
    },
  ],
  [
    'GET',
    '/patients/:id/card',
    ({ world, params }) => {
      const one = world.members.find((each) => each.patient_id === params.id)
      const ecard = world.ecards.get(params.id) ?? randomBytes(32).toString('hex').toUpperCase()
      world.ecards.set(params.id, ecard)
      return {
        ecard_id: ecard,
        ecard_id_short: `${ecard.slice(0, 4)} ${ecard.slice(4, 8)} ${ecard.slice(-4)}`,
        patient_id: params.id,
        name_masked: one.name_masked,
        id_number_masked: one.id_number_masked,
        issued_at: iso(Date.now()),
        status: world.frozen.has(params.id) ? 'frozen' : 'active',
      }
    },
  ],
  [
    'POST',
    '/patients/:id/card/dynamic-code',
    ({ world, params }) => ({
      text: `${world.ecards.get(params.id)}:0:${randomBytes(16).toString('hex').toUpperCase()}:3310A0062FWHB00187`,
      issued_at: iso(Date.now()),
      expires_at: iso(Date.now() + 300_000),
      refresh_after_s: 60,
    }),
  ],
  [
    'GET',
    '/patients/:id/card/static-code',
    ({ world, params }) => ({
      text: `${world.ecards.get(params.id)}:1`,
      note: both(
        '使用静态码时，会向您的手机发送验证码。',
        'When the static code is used, a code is sent to your phone.',
      ),
    }),
  ],
  [
    'POST',
    '/patients/:id/card/freeze',
    ({ world, params }) => {
      world.frozen.add(params.id)
      return route('GET', `/patients/${params.id}/card`).run({ world, params })
    },
  ],
  [
    'POST',
    '/patients/:id/card/unfreeze',
    ({ world, params }) => {
      world.frozen.delete(params.id)
      return route('GET', `/patients/${params.id}/card`).run({ world, params })
    },
  ],
  [
    'GET',
    '/organizations',
    ({ query }) => ({
      items:
        query.kind === 'insurer'
          ? [INSURER]
          : query.latitude
            ? organizations
            : organizations.map((one) => ({ ...one, distance_m: null })),
      next: null,
    }),
    true,
  ],
  [
    'GET',
    '/organizations/:id',
    ({ params }) => ({
      ...organizations.find((one) => one.id === params.id),
      departments_count: 4,
      practitioners_count: 10,
    }),
    true,
  ],
  [
    'GET',
    '/organizations/:id/departments',
    ({ params }) => ({ items: departments.filter((one) => one.organization_id === params.id), next: null }),
    true,
  ],
  ['GET', '/specialties', () => ({ items: specialties, next: null }), true],
  [
    'GET',
    '/practitioner-roles',
    ({ query }) => ({
      items: doctors.filter(
        (one) =>
          (!query.specialty ||
            departments.find((each) => each.id === one.department_id).specialty_code === query.specialty) &&
          (!query.title || one.title === query.title),
      ),
      next: null,
    }),
    true,
  ],
  ['GET', '/practitioner-roles/:id', ({ params }) => doctors.find((one) => one.id === params.id), true],
  [
    'GET',
    '/practitioner-roles/:id/sessions',
    ({ world, params }) => ({
      items: world.schedules.filter((one) => one.practitioner_role_id === params.id).map(strip),
      next: null,
    }),
    true,
  ],
  [
    'GET',
    '/search',
    ({ query }) => ({
      specialties: specialties.filter((one) => one.name.includes(query.q)),
      organizations: organizations.filter((one) => one.name.includes(query.q)),
      practitioners: doctors
        .filter((one) => one.name.includes(query.q) || one.department_name.includes(query.q))
        .slice(0, 5),
    }),
    true,
  ],
  [
    'GET',
    '/slots/search',
    ({ world, query }) => {
      const open = world.schedules.filter(
        (one) =>
          departments.find((each) => each.id === one.department_id).specialty_code === query.specialty &&
          one.date >= query.from &&
          one.date <= query.to &&
          (!query.period || one.period === query.period) &&
          (!query.title || one.title === query.title) &&
          (!query.max_fee_fen || one.fee_fen <= Number(query.max_fee_fen)),
      )
      const items = open.flatMap((schedule) =>
        schedule.slots
          .filter((slot) => slot.remaining > 0 && slot.state === 'open')
          .map((slot) => offer(schedule, slot)),
      )
      if (!query.latitude) for (const one of items) one.distance_m = null
      return { items: items.slice(0, 50), next: null }
    },
    true,
  ],
  [
    'GET',
    '/departments/:id/calendar',
    ({ world, params }) => ({
      items: Array.from({ length: 14 }, (_, day) => {
        const those = world.schedules.filter((one) => one.department_id === params.id && one.date === dateIn(day))
        const remaining = those.reduce((sum, one) => sum + one.remaining, 0)
        return {
          date: dateIn(day),
          state: those.length === 0 ? 'none' : day === 5 ? 'stopped' : remaining ? 'open' : 'full',
          remaining,
        }
      }),
      next: null,
    }),
    true,
  ],
  [
    'GET',
    '/departments/:id/sessions',
    ({ world, params, query }) => ({
      items: world.schedules.filter((one) => one.department_id === params.id && one.date === query.date).map(strip),
      next: null,
    }),
    true,
  ],
  [
    'GET',
    '/schedules/:id/slots',
    ({ world, params }) => ({ items: world.schedules.find((one) => one.schedule_id === params.id).slots, next: null }),
    true,
  ],
  [
    'POST',
    '/holds',
    ({ world, body, headers }) => {
      const { schedule, slot } = find(world, body.slot_id)
      gate(world, 'hold', headers)
      if (world.takeNext || slot.remaining < 1) {
        world.takeNext = false
        const alternatives = world.schedules
          .filter((one) => one.department_id === schedule.department_id)
          .flatMap((one) =>
            one.slots.filter((each) => each.state === 'open' && each.remaining > 0).map((each) => offer(one, each)),
          )
          .slice(1, 4)
        throw new Refusal(409, 'slot-taken', '这个号刚被别人约走了', 'Someone else has just taken this time', {
          next: both('下面这些时间还有号，点一下就能改约。', 'These times are free. Tap one to take it.'),
          conflict: { kind: 'slot', id: body.slot_id, text: both('该时段已约满', 'This time is full') },
          alternatives,
        })
      }
      world.channel = body.channel
      return appointment(
        world,
        world.members.find((one) => one.patient_id === body.patient_id),
        schedule,
        slot,
        'held',
      )
    },
  ],
  [
    'POST',
    '/appointments/:id/confirm',
    ({ world, params, headers }) => {
      const one = mine(world, params.id)
      gate(world, 'confirm', headers)
      for (const given of world.offers) if (given.appointment === one) given.state = 'taken'
      Object.assign(one, { state: 'booked', number: 12, hold_expires_at: null, can_cancel: true })
      world.messages.unshift({
        id: randomUUID(),
        at: iso(Date.now()),
        kind: 'booked',
        patient_id: one.patient_id,
        title: both('预约成功', 'You are booked'),
        body: both(
          `${one.department_name} ${one.practitioner_name}，请提前到院签到。`,
          `${one.department_name_en}, Dr ${one.practitioner_name}. Please check in beforehand.`,
        ),
        read: false,
        link: { kind: 'appointment', id: one.id, organization_id: one.organization_id },
      })
      return one
    },
  ],
  [
    'POST',
    '/appointments/:id/cancel',
    ({ world, params, body }) =>
      Object.assign(mine(world, params.id), { state: 'cancelled', cancelled_reason: body.reason, can_cancel: false }),
  ],
  [
    'POST',
    '/appointments/:id/reschedule',
    ({ world, params, body }) => {
      const old = mine(world, params.id)
      const { schedule, slot } = find(world, body.slot_id)
      const made = appointment(world, { patient_id: old.patient_id, name: old.patient_name }, schedule, slot, 'booked')
      Object.assign(old, { state: 'cancelled', rescheduled_to: made.id })
      return made
    },
  ],
  [
    'POST',
    '/appointments/:id/check-in',
    ({ world, params }) => place(Object.assign(mine(world, params.id), { state: 'checked_in', can_cancel: false })),
  ],
  [
    'GET',
    '/appointments',
    ({ world, query }) => ({
      items: world.appointments.filter(
        (one) =>
          one.patient_id === query.patient_id &&
          (query.when === 'all' ||
            ['booked', 'held', 'checked_in', 'called'].includes(one.state) === (query.when === 'upcoming')),
      ),
      next: null,
    }),
  ],
  ['GET', '/appointments/:id', ({ world, params }) => mine(world, params.id)],
  ['GET', '/appointments/:id/queue-place', ({ world, params }) => place(mine(world, params.id))],
  [
    'GET',
    '/journey',
    ({ world, query }) => {
      const visits = world.appointments
        .filter((one) => one.patient_id === query.patient_id && ['booked', 'checked_in', 'called'].includes(one.state))
        .map(visit)
      return { patient_id: query.patient_id, now: visits.length ? visits[0].next.title : null, visits }
    },
  ],
  [
    'GET',
    '/messages',
    ({ world }) => ({ items: world.messages, next: null, unread: world.messages.filter((one) => !one.read).length }),
  ],
  [
    'POST',
    '/messages/:id/read',
    ({ world, params }) => {
      const one = world.messages.find((each) => each.id === params.id)
      if (one) one.read = true
    },
  ],
].map(([method, pattern, run, open]) => ({
  method,
  run,
  open,
  match: new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}))

/** The route that takes this request, if there is one. */
export function route(method, at) {
  return routes.find((one) => one.method === method && one.match.test(at))
}
