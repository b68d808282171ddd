/** A small server of contract-shaped answers: develops and tests the screens without the real server. Never shipped. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { dateIn, departments, doctors, iso, makeSchedules, organizations, settings, specialties } from './region.mjs'

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/build/h5')
const kinds = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

class Refusal extends Error {
  constructor(status, code, zh, en, more = {}) {
    super(code)
    this.status = status
    this.body = { type: `/problems/${code}`, code, status, title: zh, message: { zh, en }, next: more.next ?? { zh: '请核对后再试。', en: 'Please check and try again.' }, retry: more.retry ?? false, ...more, request_id: randomUUID() }
  }
}

function member(given) {
  const year = Number(given.birth_date.slice(0, 4))
  return {
    patient_id: randomUUID(), relation: given.relation, is_guardian: given.guardian === true, name: given.name, name_masked: `*${given.name.slice(1)}`, sex: given.sex, birth_date: given.birth_date, age_years: new Date().getFullYear() - year,
    id_kind: given.id_kind, id_number_masked: `${given.id_number.slice(0, 6)}********${given.id_number.slice(-4)}`, phone_masked: null, card_status: 'active',
  }
}

function newWorld() {
  return {
    schedules: makeSchedules(), members: [], appointments: [], keys: new Map(), frozen: new Set(), messages: [], takeNext: false, requests: [], ecards: new Map(),
    token: 'mock-token', challenge: null, channel: 'h5',
  }
}

function find(world, slotId) {
  for (const schedule of world.schedules) {
    const slot = schedule.slots.find((one) => one.slot_id === slotId)
    if (slot) return { schedule, slot }
  }
  throw new Refusal(404, 'slot-not-found', '找不到这个号', 'This slot does not exist')
}
function offer(schedule, slot) {
  const organization = organizations.find((one) => one.id === schedule.organization_id)
  const department = departments.find((one) => one.id === schedule.department_id)
  return {
    slot_id: slot.slot_id, organization_id: organization.id, organization_name: organization.name, organization_name_en: organization.name_en, grade: organization.grade, district: organization.district, distance_m: organization.distance_m,
    department_id: department.id, department_name: department.name, department_name_en: department.name_en, schedule_id: schedule.schedule_id, practitioner_role_id: schedule.practitioner_role_id, practitioner_name: schedule.practitioner_name,
    title: schedule.title, service_kind: schedule.service_kind, service_name: schedule.service_name, service_name_en: schedule.service_name_en, fee_fen: schedule.fee_fen, start_at: slot.start_at, end_at: slot.end_at, remaining: slot.remaining,
  }
}
function appointment(world, patient, schedule, slot, state) {
  const start = Date.parse(slot.start_at)
  const made = {
    id: randomUUID(), ...offer(schedule, slot), address: organizations.find((one) => one.id === schedule.organization_id).address, patient_id: patient.patient_id, patient_name: patient.name, room: schedule.room, state, number: state === 'held' ? null : 12,
    channel: world.channel, hold_expires_at: state === 'held' ? iso(Date.now() + settings.hold_seconds * 1000) : null, check_in_from: iso(start - 7_200_000), check_in_until: iso(start + 1_800_000), can_cancel: state !== 'held', cancel_until: iso(start - 43_200_000),
    created_at: iso(Date.now()), cancelled_reason: null, rescheduled_to: null,
  }
  world.appointments.unshift(made)
  slot.remaining -= 1
  return made
}
function place(one) {
  const waiting = one.state === 'checked_in'
  return {
    appointment_id: one.id, organization_id: one.organization_id, schedule_id: one.schedule_id, state: waiting ? 'waiting' : one.state === 'called' ? 'called' : 'not_checked_in', number_text: 'A012', ahead: 3, expected_at: iso(Date.now() + 1_500_000),
    expected_minutes: 25, room: one.room, department_name: one.department_name, practitioner_name: one.practitioner_name, now_serving: 'A009', hint: { zh: '请在 3 层候诊区等候，注意听叫号。', en: 'Please wait in the hall on floor 3 and listen for your number.' }, updated_at: iso(Date.now()),
  }
}
const both = (zh, en) => ({ zh, en })
function visit(one) {
  const where = both(`${one.room}（门诊楼 3 层）`, `${one.room}, floor 3`)
  const checked = ['checked_in', 'called'].includes(one.state)
  const action = (kind) => ({ kind, appointment_id: one.id })
  const steps = [
    { key: 'booked', state: 'done', title: both('已预约', 'Booked'), detail: both('号已为您留好', 'Your place is kept'), where: null, at: one.created_at, expected_at: null, action: null },
    { key: 'check_in', state: checked ? 'done' : 'current', title: both('到院签到', 'Check in'), detail: both('在自助机扫健康卡，或在手机上签到', 'Scan your card at a kiosk or check in on your phone'), where: both('门诊楼 1 层大厅', 'Main hall, floor 1'), at: checked ? iso(Date.now()) : null, expected_at: one.check_in_from, action: action('check_in') },
    { key: 'wait', state: checked ? 'current' : 'upcoming', title: both('候诊', 'Wait'), detail: both('前面还有 3 人，约 25 分钟', '3 ahead of you, about 25 minutes'), where, at: null, expected_at: one.start_at, action: checked ? action('queue') : null },
    { key: 'consultation', state: 'upcoming', title: both('看诊', 'See the doctor'), detail: both(`${one.practitioner_name}医生`, `Dr ${one.practitioner_name}`), where, at: null, expected_at: one.start_at, action: null },
  ]
  return { appointment_id: one.id, organization_id: one.organization_id, organization_name: one.organization_name, organization_name_en: one.organization_name_en, department_name: one.department_name, department_name_en: one.department_name_en, date: one.start_at.slice(0, 10), steps, next: steps.find((step) => step.state === 'current') ?? null }
}

const account = (world) => ({ id: 'acc', phone_masked: '138****0001', self_patient_id: world.members.find((one) => one.relation === 'self')?.patient_id ?? null, members: world.members, family_cap: settings.family_cap })
const session = (world) => ({ token: world.token, expires_at: iso(Date.now() + 86_400_000), account: account(world) })
const strip = ({ slots, ...schedule }) => schedule
const mine = (world, id) => world.appointments.find((one) => one.id === id) ?? (() => { throw new Refusal(404, 'not-found', '找不到这个预约', 'No such booking') })()

/** [method, pattern, handler({world, params, query, body}), open to everybody] */
const routes = [
  ['GET', '/public-settings', () => settings, true],
  ['POST', '/sign-in/phone-codes', ({ world, body }) => { world.challenge = { challenge_id: randomUUID(), phone: body.phone }; return { challenge_id: world.challenge.challenge_id, expires_at: iso(Date.now() + 300_000), resend_at: iso(Date.now() + 60_000) } }, true],
  ['POST', '/sign-in/phone', ({ world, body }) => { if (body.code !== '123456') throw new Refusal(422, 'code-wrong', '验证码不对', 'The code is wrong', { next: both('请看最新一条短信里的 6 位数字。', 'Look for the 6 digits in the latest message.') }); return session(world) }, true],
  ['GET', '/me', ({ world }) => ({ kind: 'patient', account: account(world) })],
  ['DELETE', '/session', () => undefined],
  ['POST', '/session/refresh', ({ world }) => session(world)],
  ['POST', '/patients', ({ world, body }) => {
    if (world.members.length >= settings.family_cap) throw new Refusal(409, 'family-cap', '家人数量已达上限', 'The family is full')
    const made = member(body)
    world.members.push(made)
    return { member: made, session: session(world) }
  }],
  ['GET', '/family', ({ world }) => ({ members: world.members, cap: settings.family_cap })],
  ['DELETE', '/family/:id', ({ world, params }) => { world.members = world.members.filter((one) => one.patient_id !== params.id) }],
  ['GET', '/patients/:id/card', ({ world, params }) => {
    const one = world.members.find((each) => each.patient_id === params.id)
    const ecard = world.ecards.get(params.id) ?? randomBytes(32).toString('hex').toUpperCase()
    world.ecards.set(params.id, ecard)
    return { ecard_id: ecard, ecard_id_short: `${ecard.slice(0, 4)} ${ecard.slice(4, 8)} ${ecard.slice(-4)}`, patient_id: params.id, name_masked: one.name_masked, id_number_masked: one.id_number_masked, issued_at: iso(Date.now()), status: world.frozen.has(params.id) ? 'frozen' : 'active' }
  }],
  ['POST', '/patients/:id/card/dynamic-code', ({ world, params }) => ({ text: `${world.ecards.get(params.id)}:0:${randomBytes(16).toString('hex').toUpperCase()}:3310A0062FWHB00187`, issued_at: iso(Date.now()), expires_at: iso(Date.now() + 300_000), refresh_after_s: 60 })],
  ['GET', '/patients/:id/card/static-code', ({ world, params }) => ({ text: `${world.ecards.get(params.id)}:1`, note: both('使用静态码时，会向您的手机发送验证码。', 'When the static code is used, a code is sent to your phone.') })],
  ['POST', '/patients/:id/card/freeze', ({ world, params }) => { world.frozen.add(params.id); return route('GET', `/patients/${params.id}/card`).run({ world, params }) }],
  ['POST', '/patients/:id/card/unfreeze', ({ world, params }) => { world.frozen.delete(params.id); return route('GET', `/patients/${params.id}/card`).run({ world, params }) }],
  ['GET', '/organizations', ({ query }) => ({ items: query.latitude ? organizations : organizations.map((one) => ({ ...one, distance_m: null })), next: null }), true],
  ['GET', '/organizations/:id', ({ params }) => ({ ...organizations.find((one) => one.id === params.id), departments_count: 4, practitioners_count: 10 }), true],
  ['GET', '/organizations/:id/departments', ({ params }) => ({ items: departments.filter((one) => one.organization_id === params.id), next: null }), true],
  ['GET', '/specialties', () => ({ items: specialties, next: null }), true],
  ['GET', '/practitioner-roles', ({ query }) => ({ items: doctors.filter((one) => (!query.specialty || departments.find((each) => each.id === one.department_id).specialty_code === query.specialty) && (!query.title || one.title === query.title)), next: null }), true],
  ['GET', '/practitioner-roles/:id', ({ params }) => doctors.find((one) => one.id === params.id), true],
  ['GET', '/practitioner-roles/:id/sessions', ({ world, params }) => ({ items: world.schedules.filter((one) => one.practitioner_role_id === params.id).map(strip), next: null }), true],
  ['GET', '/search', ({ query }) => ({ specialties: specialties.filter((one) => one.name.includes(query.q)), organizations: organizations.filter((one) => one.name.includes(query.q)), practitioners: doctors.filter((one) => one.name.includes(query.q) || one.department_name.includes(query.q)).slice(0, 5) }), true],
  ['GET', '/slots/search', ({ world, query }) => {
    const open = world.schedules.filter((one) => departments.find((each) => each.id === one.department_id).specialty_code === query.specialty && one.date >= query.from && one.date <= query.to && (!query.period || one.period === query.period) && (!query.title || one.title === query.title) && (!query.max_fee_fen || one.fee_fen <= Number(query.max_fee_fen)))
    const items = open.flatMap((schedule) => schedule.slots.filter((slot) => slot.remaining > 0 && slot.state === 'open').map((slot) => offer(schedule, slot)))
    if (!query.latitude) for (const one of items) one.distance_m = null
    return { items: items.slice(0, 50), next: null }
  }, true],
  ['GET', '/departments/:id/calendar', ({ world, params }) => ({ items: Array.from({ length: 14 }, (_, day) => {
    const those = world.schedules.filter((one) => one.department_id === params.id && one.date === dateIn(day))
    const remaining = those.reduce((sum, one) => sum + one.remaining, 0)
    return { date: dateIn(day), state: those.length === 0 ? 'none' : day === 5 ? 'stopped' : remaining ? 'open' : 'full', remaining }
  }), next: null }), true],
  ['GET', '/departments/:id/sessions', ({ world, params, query }) => ({ items: world.schedules.filter((one) => one.department_id === params.id && one.date === query.date).map(strip), next: null }), true],
  ['GET', '/schedules/:id/slots', ({ world, params }) => ({ items: world.schedules.find((one) => one.schedule_id === params.id).slots, next: null }), true],
  ['POST', '/holds', ({ world, body }) => {
    const { schedule, slot } = find(world, body.slot_id)
    if (world.takeNext || slot.remaining < 1) {
      world.takeNext = false
      const alternatives = world.schedules.filter((one) => one.department_id === schedule.department_id).flatMap((one) => one.slots.filter((each) => each.state === 'open' && each.remaining > 0).map((each) => offer(one, each))).slice(1, 4)
      throw new Refusal(409, 'slot-taken', '这个号刚被别人约走了', 'Someone else has just taken this time', { next: both('下面这些时间还有号，点一下就能改约。', 'These times are free. Tap one to take it.'), conflict: { kind: 'slot', id: body.slot_id, text: both('该时段已约满', 'This time is full') }, alternatives })
    }
    world.channel = body.channel
    return appointment(world, world.members.find((one) => one.patient_id === body.patient_id), schedule, slot, 'held')
  }],
  ['POST', '/appointments/:id/confirm', ({ world, params }) => {
    const one = mine(world, params.id)
    Object.assign(one, { state: 'booked', number: 12, hold_expires_at: null, can_cancel: true })
    world.messages.unshift({ id: randomUUID(), at: iso(Date.now()), kind: 'booked', patient_id: one.patient_id, title: both('预约成功', 'You are booked'), body: both(`${one.department_name} ${one.practitioner_name}，请提前到院签到。`, `${one.department_name_en}, Dr ${one.practitioner_name}. Please check in beforehand.`), read: false, link: { kind: 'appointment', id: one.id, organization_id: one.organization_id } })
    return one
  }],
  ['POST', '/appointments/:id/cancel', ({ world, params, body }) => Object.assign(mine(world, params.id), { state: 'cancelled', cancelled_reason: body.reason, can_cancel: false })],
  ['POST', '/appointments/:id/reschedule', ({ world, params, body }) => {
    const old = mine(world, params.id)
    const { schedule, slot } = find(world, body.slot_id)
    const made = appointment(world, { patient_id: old.patient_id, name: old.patient_name }, schedule, slot, 'booked')
    Object.assign(old, { state: 'cancelled', rescheduled_to: made.id })
    return made
  }],
  ['POST', '/appointments/:id/check-in', ({ world, params }) => place(Object.assign(mine(world, params.id), { state: 'checked_in', can_cancel: false }))],
  ['GET', '/appointments', ({ world, query }) => ({ items: world.appointments.filter((one) => one.patient_id === query.patient_id && (query.when === 'all' || ['booked', 'held', 'checked_in', 'called'].includes(one.state) === (query.when === 'upcoming'))), next: null })],
  ['GET', '/appointments/:id', ({ world, params }) => mine(world, params.id)],
  ['GET', '/appointments/:id/queue-place', ({ world, params }) => place(mine(world, params.id))],
  ['GET', '/journey', ({ world, query }) => { const visits = world.appointments.filter((one) => one.patient_id === query.patient_id && ['booked', 'checked_in', 'called'].includes(one.state)).map(visit); return { patient_id: query.patient_id, now: visits.length ? visits[0].next.title : null, visits } }],
  ['GET', '/messages', ({ world }) => ({ items: world.messages, next: null, unread: world.messages.filter((one) => !one.read).length })],
  ['POST', '/messages/:id/read', ({ world, params }) => { const one = world.messages.find((each) => each.id === params.id); if (one) one.read = true }],
].map(([method, pattern, run, open]) => ({ method, run, open, match: new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`) }))

function route(method, at) {
  return routes.find((one) => one.method === method && one.match.test(at))
}

function answer(world, request, url, text) {
  const at = decodeURIComponent(url.pathname.slice(4))
  const found = route(request.method, at)
  world.requests.push(`${request.method} ${at}`)
  if (!found) throw new Refusal(404, 'not-found', '没有这个页面', 'No such page')
  if (!found.open && request.headers.authorization !== `Bearer ${world.token}`) throw new Refusal(401, 'unauthenticated', '请先登录', 'Please sign in')
  const key = request.headers['idempotency-key']
  if (request.method === 'POST' && !key) throw new Refusal(400, 'idempotency-key-missing', '缺少请求编号', 'The Idempotency-Key is missing')
  if (key && world.keys.has(key)) return world.keys.get(key)
  const made = found.run({ world, params: { ...at.match(found.match).groups }, query: Object.fromEntries(url.searchParams), body: text ? JSON.parse(text) : {} })
  if (key) world.keys.set(key, made)
  return made
}

function sendFile(url, response) {
  const wanted = path.join(dist, url.pathname.replace(/^\/patient\/?/, '') || 'index.html')
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : null
  if (!file || !file.startsWith(dist)) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': kinds[path.extname(file).slice(1)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
}

/** Starts the mock on a port (0: any free one). Gives its address, its world (to look into and to arrange), and `close`. */
export async function startMock(port = 0) {
  const world = newWorld()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (!url.pathname.startsWith('/api/')) return sendFile(url, response)
    let text = ''
    for await (const part of request) text += part
    try {
      const body = answer(world, request, url, text)
      response.writeHead(body === undefined ? 204 : 200, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body))
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) console.error(thrown)
      const refusal = thrown instanceof Refusal ? thrown : new Refusal(500, 'unavailable', '服务暂时不可用', 'Unavailable')
      response.writeHead(refusal.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(refusal.body))
    }
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${server.address().port}`, world, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) }) }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const mock = await startMock(Number(process.env.PORT ?? 8801))
  console.log(`${mock.url}/patient/   code 123456`)
}
