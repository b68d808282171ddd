// Development only: answers the console's calls with contract-shaped data and serves the built pages. Never part of the product.
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pause, pauseAt, queueMore, routes as booking } from './booking.mjs'
import * as d from './data.mjs'
import { routes as chain } from './chain.mjs'
import { afresh, routes as money } from './money.mjs'

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist')
const port = Number(process.env.PORT ?? 8123)
const list = (items, next = null) => ({ items, next })
const granted = ['patient:person:search', 'billing:claim:make', 'billing:cash-count:write', 'booking:place:add', 'booking:return_rule:set', 'booking:ban:decide', 'booking:limit-rule:change', 'booking:channel:set', 'booking:quota:set', 'booking:external:reconcile', 'booking:waitlist:join', 'booking:waitlist:leave', 'booking:offer:decline', 'draw:draw:announce', 'draw:draw:cancel', 'draw:draw:fix_beacon', 'queue:session:run', 'queue:session:audit', 'queue:rules:change', 'queue:group:keep', 'queue:entry:privilege', 'queue:entry:transfer', 'reviews:review:moderate', 'reviews:review:reply']
const staff = (role) => ({ id: d.id(), username: role, name: role === 'doctor' ? d.doctor.name : role === 'platform_admin' ? '周敏' : '林晓', practitioner_id: null, permissions: role === 'regulator' ? [] : granted, roles: [{ role, organization_id: d.hospital.id, organization_name: d.hospital.name, department_id: role === 'doctor' ? d.departments[0].id : null, department_name: role === 'doctor' ? d.departments[0].name : null }] })
const roleOf = (req) => (req.headers.authorization ?? '').replace('Bearer staff-', '')
class Refusal extends Error { constructor(status, code, zh, en, more = {}) { super(code); this.body = { type: `/problems/${code}`, code, status, title: zh, message: { zh, en }, next: { zh: '请核对后重试；若仍有问题请联系信息科。', en: 'Please check and try again, or ask the IT desk.' }, retry: false, request_id: 'rq-7f3a91', ...more } } }
const find = (items, key, value) => { const found = items.find((x) => x[key] === value); if (!found) throw new Refusal(404, 'not-found', '没有找到', 'Not found'); return found }

const queue = () => ({ ...summary(d.mySession, true), ...queueMore, entries: d.entries, current: d.entries.find((e) => ['called', 'in_consultation'].includes(e.state)) ?? null })
const summary = (s, mine) => ({ schedule_id: s.schedule_id, organization_id: s.organization_id, department_id: s.department_id, department_name: d.departments.find((x) => x.id === s.department_id).name, practitioner_name: s.practitioner_name, title: s.title, room: s.room, period: s.period, start_at: s.start_at, end_at: s.end_at, state: s.state, booked: mine ? 28 : s.booked, waiting: mine ? d.entries.filter((e) => e.state === 'waiting').length : 4, finished: mine ? d.entries.filter((e) => e.state === 'finished').length : 6, mine })
const hall = (location) => { const l = d.locations.find((x) => x.id === location) ?? d.locations[1]; const doctors = d.practitioners.slice(0, 6); return { location_id: l.id, name: l.name, name_en: l.name_en, organization_name: d.hospital.name, server_time: d.now(), calling: d.patients.slice(0, 5).map((p, n) => ({ number_text: `${'ABACB'[n]}${String(12 - n).padStart(3, '0')}`, name_masked: p.name_masked, room: `${[3, 1, 5, 2, 6][n]} 诊室`, department_name: d.departments[n % 2].name, department_name_en: d.departments[n % 2].name_en, called_at: d.now(-n * 2), calls: n === 0 ? 2 : 1 })), rooms: doctors.map((p, n) => ({ room: `${n + 1} 诊室`, department_name: p.department_name, practitioner_name: p.name, title: p.title, now_serving: n === 4 ? null : `${n % 2 ? 'B' : 'A'}0${10 + n}`, waiting: d.patients.slice(n * 3 + 6, n * 3 + 9).map((x, k) => ({ number_text: `${n % 2 ? 'B' : 'A'}0${12 + n + k}`, name_masked: x.name_masked })), waiting_count: 5 + n * 2 })) } }
const move = (entry, state) => { Object.assign(entry, { state, ...(state === 'called' ? { called_at: d.now(), calls: entry.calls + 1, encounter_id: entry.encounter_id ?? d.id() } : {}) }); push(); return entry }
const place = (a, n = 12) => ({ appointment_id: a.id, organization_id: a.organization_id, schedule_id: a.schedule_id, state: 'waiting', number_text: `A0${n}`, ahead: 4, expected_at: d.now(25), expected_minutes: 25, room: '3 楼 A 区 1 诊室', department_name: a.department_name, practitioner_name: a.practitioner_name, now_serving: 'A008', hint: { zh: '请留意大屏与手机上的叫号', en: 'Watch the screen and your phone' }, updated_at: d.now() })

const followers = new Set()
const push = () => { for (const f of followers) f() }

const paused = (context) => { pause(context); push(); return queue() }
const routes = [
  ...booking, ...chain, ...money, ['POST', '/queues/:id/pause', paused], ['POST', '/queues/:id/resume', paused],
  ['GET', '/public-settings', () => afresh() && ({ region: { code: '330000', name: '滨江市', name_en: 'Binjiang', timezone: 'Asia/Shanghai' }, sign_in: { wechat: true, alipay: true, oidc: true }, family_cap: 5, hold_seconds: 600, days_ahead: 14, card_display_seconds: 60, sandbox: null, version: '0.1.0' })],
  ['GET', '/health', () => ({ status: 'ok' })],
  ['GET', '/me', ({ req }) => { const role = roleOf(req); if (role === 'device') return { kind: 'terminal', terminal: { id: 't', organization_id: d.hospital.id, organization_name: d.hospital.name, kind: 'kiosk', name: '1 号机', location_id: d.locations[1].id } }; if (!role) throw new Refusal(401, 'unauthenticated', '请先登录', 'Please sign in'); return { kind: 'staff', staff: staff(role) } }],
  ['DELETE', '/session', () => null],
  ['POST', '/staff/sign-in', ({ body }) => { if (body.password === 'wrong') throw new Refusal(401, 'password-wrong', '用户名或密码不正确', 'Wrong user name or password'); return { challenge: body.username, step: body.username === 'new' ? 'enrol' : 'totp', enrol: body.username === 'new' ? { secret: 'JBSWY3DPEHPK3PXP', otpauth_uri: 'otpauth://totp/Yitong:new?secret=JBSWY3DPEHPK3PXP&issuer=Yitong' } : null } }],
  ['POST', '/staff/sign-in/totp', ({ body }) => { if (body.code === '000000') throw new Refusal(401, 'totp-wrong', '动态口令不正确', 'Wrong code'); return { token: `staff-${body.challenge}`, expires_at: d.now(600), staff: staff(body.challenge) } }],
  ['GET', '/organizations', ({ q }) => list(d.organizations.filter((o) => !q.get('q') || o.name.includes(q.get('q'))))],
  ['GET', '/organizations/:id', ({ id }) => ({ ...find(d.organizations, 'id', id), departments_count: d.departments.length, practitioners_count: d.practitioners.length })],
  ['GET', '/organizations/:id/departments', () => list(d.departments)],
  ['GET', '/organizations/:id/services', ({ q }) => list(d.services.filter((s) => !q.get('department_id') || s.department_id === q.get('department_id')))],
  ['GET', '/organizations/:id/locations', ({ q }) => list(d.locations.filter((l) => !q.get('kind') || l.kind === q.get('kind')))],
  ['GET', '/practitioner-roles', ({ q }) => list(d.practitioners.filter((p) => !q.get('department_id') || p.department_id === q.get('department_id')))],
  ['GET', '/departments/:id/calendar', () => list(Array.from({ length: 14 }, (_, n) => ({ date: d.plus(d.today, n), state: n === 3 ? 'full' : n === 6 ? 'none' : n === 9 ? 'stopped' : 'open', remaining: [3, 6].includes(n) ? 0 : 12 + n * 7 })))],
  ['GET', '/departments/:id/sessions', ({ id, q }) => list(d.schedules.filter((s) => s.department_id === id && s.date === q.get('date')))],
  ['GET', '/schedules/:id/slots', ({ id }) => { const s = find(d.schedules, 'schedule_id', id); const first = s.period === 'am' ? 16 : 27; return list(Array.from({ length: s.period === 'am' ? 7 : 6 }, (_, n) => { const h = first + n; const time = `${String(Math.floor(h / 2)).padStart(2, '0')}:${h % 2 ? '30' : '00'}`; const remaining = n === 1 ? 0 : (n * 2) % 4; return { slot_id: d.id(), start_at: d.at(s.date, time), end_at: d.at(s.date, time), capacity: 3, remaining, state: remaining ? 'open' : 'full' } })) }],
  ['POST', '/holds', ({ body }) => { const p = find(d.patients, 'patient_id', body.patient_id); return { status: 201, body: d.appointment(p, d.plus(d.today, 1), '09:00', 'held') } }],
  ['POST', '/appointments/:id/confirm', () => d.appointment(d.patients[0], d.plus(d.today, 1), '09:00', 'booked')],
  ['POST', '/appointments/:id/cancel', ({ id }) => { const a = find(d.todays, 'id', id); a.state = 'cancelled'; return a }],
  ['POST', '/appointments/:id/check-in', ({ id }) => { const a = d.todays.find((x) => x.id === id) ?? d.todays[0]; a.state = 'checked_in'; return place(a) }],
  ['POST', '/check-ins', ({ body }) => { if (body.text.includes('EXPIRED')) throw new Refusal(422, 'card-code-expired', '二维码已过期', 'The code has expired', { next: { zh: '请在手机上刷新健康卡二维码，再扫一次。', en: 'Refresh the code on your phone and scan again.' } }); return { patient: { name_masked: d.todays[7].patient_name[0] + '*' }, results: [place(d.todays[8])], others: [d.appointment(d.patients[7], d.plus(d.today, 2), '14:00', 'booked', 4)] } }],
  ['GET', '/appointments', ({ q }) => { if (!q.get('patient_id')) return list(d.todays.filter((a) => !q.get('state') || a.state === q.get('state'))); const p = find(d.patients, 'patient_id', q.get('patient_id')); return list(q.get('when') === 'past' ? [d.appointment(p, d.plus(d.today, -40), '10:00', 'fulfilled', 2), d.appointment(p, d.plus(d.today, -90), '09:00', 'no_show', 1), d.appointment(p, d.plus(d.today, -120), '15:00', 'cancelled', 4)] : [d.appointment(p, d.today, '16:30', 'booked', 0), d.appointment(p, d.plus(d.today, 3), '09:30', 'booked', 5)]) }],
  ['GET', '/appointments/:id/history', () => list([['held', '患者'], ['booked', '患者'], ['checked_in', '1 号自助机']].map(([to_state, actor_text], n) => ({ sequence: n + 1, from_state: null, to_state, at: d.now(-300 + n * 90), actor_text, reason: null })))],
  ['GET', '/queues', () => list([summary(d.mySession, true), ...d.schedules.filter((s) => s.date === d.today && s.department_id === d.departments[0].id).map((s, n) => ({ ...summary(s, false), paused: pauseAt(n) }))])],
  ['GET', '/queues/:id', queue], ['SSE', '/queues/:id/stream', queue],
  ['POST', '/queues/:id/call-next', () => { const e = d.entries.find((x) => x.state === 'waiting'); if (!e) throw new Refusal(404, 'nothing-to-call', '没有人在候诊', 'Nobody is waiting'); move(e, 'called'); return { entry: e, encounter: d.encounterOf(e) } }],
  ['POST', '/queue-entries/:id/recall', ({ id }) => move(find(d.entries, 'id', id), 'called')], ['POST', '/queue-entries/:id/skip', ({ id }) => move(find(d.entries, 'id', id), 'skipped')],
  ['POST', '/queue-entries/:id/return', ({ id }) => move(find(d.entries, 'id', id), 'waiting')], ['POST', '/queue-entries/:id/start', ({ id }) => { const e = move(find(d.entries, 'id', id), 'in_consultation'); return { entry: e, encounter: d.encounterOf(e) } }],
  ['GET', '/halls/:id', ({ id }) => hall(id)], ['SSE', '/halls/:id/stream', ({ id }) => hall(id)],
  ['GET', '/encounters', ({ q }) => list(d.past(q.get('patient_id')))],
  ['GET', '/encounters/:id', ({ id }) => d.encounterOf(find(d.entries, 'encounter_id', id))],
  ['PUT', '/encounters/:id', ({ id, body }) => Object.assign(d.encounterOf(find(d.entries, 'encounter_id', id)), body)],
  ['POST', '/encounters/:id/finish', ({ id, body }) => { const e = find(d.entries, 'encounter_id', id); const done = Object.assign(d.encounterOf(e), body, { state: 'finished', finished_at: d.now() }); move(e, 'finished'); return done }],
  ['POST', '/patient-searches', ({ body }) => list(d.patients.filter((p) => p.name.includes(body.text) || p.phone_masked.includes(body.text)).slice(0, 12))],
  ['POST', '/patients/at-desk', ({ body }) => { const p = { ...d.person(), name: body.name, sex: body.sex, birth_date: body.birth_date }; d.patients.push(p); return { patient: p, existed: false } }],
  ['GET', '/patients/:id/card', ({ id }) => { const p = find(d.patients, 'patient_id', id); return { ecard_id: 'E', ecard_id_short: '3300 **** 8F2C', patient_id: id, name_masked: p.name_masked, id_number_masked: p.id_number_masked, issued_at: d.now(-90000), status: 'active' } }],
  ['GET', '/patients/:id/static-code', () => null], ['GET', '/patients/:id/card/static-code', () => ({ text: 'F3A9D1C07E5B48A2960D:1:3300', note: { zh: '打印的卡码就诊时仍需第二因素核验', en: 'A second check is needed with a printed code' } })],
  ['GET', '/schedule-templates', () => list(d.templates)], ['GET', '/schedule-exceptions', () => list(d.exceptions)],
  ['GET', '/schedules', ({ q }) => list(d.schedules.filter((s) => s.department_id === q.get('department_id') && s.date >= q.get('from') && s.date <= q.get('to')))],
  ['POST', '/schedules/generate', () => ({ schedules: 126, slots: 1764, skipped: 12 })], ['POST', '/schedules/:id/stop', ({ id, body }) => { const s = find(d.schedules, 'schedule_id', id); Object.assign(s, { state: 'stopped', stopped_reason: body.reason, remaining: 0 }); return { schedule: s, affected: s.booked } }],
  ['GET', '/local-patients', () => list(d.localPatients)], ['GET', '/local-patients/:id/history', () => list([['link', 'probabilistic', 0.93, '自动匹配', null], ['break', 'manual', null, '林晓', '关联错误'], ['relink', 'manual', null, '林晓', '本人当面核验']].map(([action, method, score, actor_text, reason], n) => ({ at: d.now(-9000 + n * 2000), action, patient_id: 'x', method, score, actor_text, reason })))],
  ['GET', '/match-reviews', ({ q }) => list(q.get('state') === 'open' ? d.reviews.filter((r) => r.state === 'open') : d.reviews.filter((r) => r.state !== 'open'))],
  ['POST', '/match-reviews/:id/decide', ({ id, body }) => Object.assign(find(d.reviews, 'id', id), { state: body.decision === 'link' ? 'linked' : 'rejected', decided_at: d.now(), decided_by: '林晓' })],
  ['GET', '/events', ({ q }) => list(d.events.filter((e) => !q.get('type') || e.type.startsWith(q.get('type'))), 'c2')], ['SSE', '/events/stream', () => d.event(Math.floor(Math.random() * 50), 0), 4000, 'event'],
  ['GET', '/parked-events', () => list(d.events.slice(0, 2).map((event, n) => ({ id: String(n), reactor: n ? 'journey.messages' : 'region.indicators', event, error: n ? 'ChannelRefused: template 3 is not subscribed by the receiver (43101)' : "KeyError: 'department_id' in indicators.count_booking at position 18390", attempts: 8, parked_at: d.now(-130 * (n + 1)), state: 'parked' })))],
  ['GET', '/system/reactors', () => list(['booking.waitlist', 'journey.steps', 'journey.messages', 'region.indicators', 'queue.places'].map((name, n) => ({ name, position: 18492 - n * n, lag: n * n, last_run_at: d.now(0), parked: n === 2 || n === 3 ? 1 : 0 })))],
  ['GET', '/terminals', () => list([['kiosk', '一楼大厅 1 号自助机', 0], ['kiosk', '一楼大厅 2 号自助机', 0], ['hall', '三楼 A 区候诊大屏', 1], ['hall', '五楼候诊大屏', 3]].map(([kind, name, n]) => ({ id: d.id(), organization_id: d.hospital.id, organization_name: d.hospital.name, kind, name, location_id: d.locations[n].id })))],
  ['POST', '/terminals', ({ body }) => ({ status: 201, body: { terminal: { id: d.id(), organization_id: d.hospital.id, organization_name: d.hospital.name, kind: body.kind, name: body.name, location_id: body.location_id }, token: 'dev_9d2f7c41a0' } })],
  ['GET', '/dashboard', () => ({ date: d.today, booked: 486, checked_in: 331, waiting: 74, finished: 238, cancelled: 21, no_show: 9, average_wait_minutes: 18.4, by_hour: [38, 72, 81, 64, 22, 12, 58, 66, 49, 24].map((booked, n) => ({ hour: 8 + n, booked, checked_in: Math.round(booked * [0.98, 0.96, 0.93, 0.9, 0.8, 0.5, 0.3, 0.1, 0, 0][n]), finished: Math.round(booked * [0.97, 0.92, 0.84, 0.6, 0.3, 0.1, 0, 0, 0, 0][n]) })), by_department: d.departments.map((x, n) => ({ department_id: x.id, department_name: x.name, booked: 86 - n * 7, waiting: [14, 11, 9, 8, 12, 6, 5, 4, 3, 2][n], finished: Math.round((86 - n * 7) * 0.5) })), by_channel: [['wechat', 228], ['h5', 84], ['window', 71], ['kiosk', 49], ['alipay', 36], ['phone', 18]].map(([channel, count]) => ({ channel, count })) })],
].map(([method, path, run, every, name]) => ({ method, run, every, name, re: new RegExp(`^/api${path.replace(/:id/g, '([^/]+)')}$`) }))

const mime = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
function serve(path, res) {
  let file = normalize(join(dist, path.replace(/^\/console\/?/, '') || 'index.html'))
  if (!file.startsWith(dist) || !existsSync(file)) file = join(dist, 'index.html')
  res.writeHead(200, { 'content-type': mime[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(res)
}
createServer(async (req, res) => {
  const url = new URL(req.url, `http://127.0.0.1:${port}`)
  if (!url.pathname.startsWith('/api')) return serve(url.pathname, res)
  let text = ''
  for await (const piece of req) text += piece
  const route = routes.find((r) => (r.method === req.method || (r.method === 'SSE' && req.method === 'GET')) && r.re.test(url.pathname))
  const send = (status, body, type = 'application/json') => { res.writeHead(status, { 'content-type': type }); res.end(body === null ? '' : JSON.stringify(body)) }
  if (!route) return send(404, new Refusal(404, 'not-found', `没有这个地址 ${url.pathname}`, 'No such address').body, 'application/problem+json')
  const context = { req, q: url.searchParams, id: url.pathname.match(route.re)[1], body: text ? JSON.parse(text) : {} }
  if (route.method === 'SSE') {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const say = () => res.write(`event: ${route.name ?? 'state'}\ndata: ${JSON.stringify(route.run(context))}\n\n`)
    say()
    const timer = setInterval(() => (route.every ? say() : res.write(': beat\n\n')), route.every ?? 15000)
    if (!route.every) followers.add(say)
    req.on('close', () => { clearInterval(timer); followers.delete(say) })
    return undefined
  }
  try {
    const answer = route.run(context)
    return answer?.status && answer.body ? send(answer.status, answer.body) : send(answer === null ? 204 : 200, answer)
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    return send(thrown.body.status, thrown.body, 'application/problem+json')
  }
}).listen(port, '127.0.0.1', () => console.log(`mock of the contract: http://127.0.0.1:${port}/console/`))
