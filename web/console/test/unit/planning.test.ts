import { expect, test } from 'vitest'
import { effectScope } from 'vue'
import { isAhead, rowsOf, type PlanCard } from '@/screens/schedules/plan'
import { usePlanDrag } from '@/screens/schedules/plan-drag'
import { axisOf, changeOf, dragged, drawn, exceptionsFor, lanes, minutesOf, ruleFor, timeOf } from '@/screens/schedules/timeline'
import { setZone } from '@/app/format'

const at = (from: string, to: string) => ({ start: minutesOf(from), end: minutesOf(to) })
const place = (day: string, resourceId: string, from: string, to: string) => ({ day, resourceId, ...at(from, to) })

test('minutes are those of the hospital’s day', () => {
  setZone('Asia/Shanghai')
  expect(minutesOf('2026-11-24T00:30:00Z')).toBe(510)
  expect(timeOf(minutesOf('13:05'))).toBe('13:05')
})

test('a row shows the working day, and more only where somebody works then', () => {
  expect(axisOf([at('08:30', '11:30')])).toEqual({ from: 480, to: 1020 })
  expect(axisOf([at('07:30', '11:30'), at('18:00', '20:30')])).toEqual({ from: 420, to: 1260 })
})

test('dragging snaps to half hours, keeps the length, and stays within the day', () => {
  expect(dragged(at('08:00', '11:30'), 'move', 8 * 60 + 47)).toEqual(at('09:00', '12:30'))
  expect(dragged(at('08:00', '11:30'), 'move', 21 * 60)).toEqual(at('18:30', '22:00'))
  expect(dragged(at('08:00', '11:30'), 'move', 0)).toEqual(at('06:00', '09:30'))
})

test('an edge moves alone and never past the other one', () => {
  expect(dragged(at('08:00', '11:30'), 'end', 10 * 60 + 10)).toEqual(at('08:00', '10:00'))
  expect(dragged(at('08:00', '11:30'), 'end', 6 * 60)).toEqual(at('08:00', '08:30'))
  expect(dragged(at('08:00', '11:30'), 'start', 13 * 60)).toEqual(at('11:00', '11:30'))
})

test('drawing on an empty place gives whole half hours, upwards and downwards alike', () => {
  expect(drawn(485, 700)).toEqual(at('08:00', '12:00'))
  expect(drawn(700, 485)).toEqual(at('08:00', '12:00'))
  expect(drawn(485, 486)).toEqual(at('08:00', '08:30'))
})

test('sessions that overlap stand side by side, others keep the whole width', () => {
  expect(lanes([at('08:00', '11:00'), at('09:00', '12:00'), at('13:00', '15:00')])).toEqual([{ lane: 0, count: 2 }, { lane: 1, count: 2 }, { lane: 0, count: 1 }])
})

test('one day and one doctor make a change; another day stops the old one first', () => {
  const was = place('2026-11-24', 'a', '08:00', '11:30')
  expect(exceptionsFor(was, place('2026-11-24', 'b', '09:00', '12:30'))).toEqual([{ kind: 'change', date: '2026-11-24', start_time: '09:00', end_time: '12:30', practitioner_role_id: 'b' }])
  expect(exceptionsFor(was, place('2026-11-26', 'a', '08:00', '11:30'))).toEqual([
    { kind: 'stop', date: '2026-11-24' }, { kind: 'extra', date: '2026-11-26', start_time: '08:00', end_time: '11:30' },
  ])
  expect(changeOf(was, place('2026-11-26', 'a', '08:00', '11:30'))).toEqual({ day: true, time: false, resource: false })
})

test('for every week the rule itself moves', () => {
  expect(ruleFor(place('2026-11-24', 'a', '08:00', '11:30'), place('2026-11-26', 'a', '08:30', '11:30'))).toEqual({ weekday: 4, start_time: '08:30', end_time: '11:30' })
})

const session = (more: Partial<PlanCard> = {}): PlanCard => ({
  schedule_id: 's', template_id: 't', exception_id: null, department_id: 'd', department_name: '', service_id: 'v', service_kind: 'expert', service_name: '', service_name_en: '', practitioner_role_id: 'a', team_id: null,
  location_id: null, room: '1 诊室', start_at: '2026-11-24T08:00:00+08:00', end_at: '2026-11-24T11:30:00+08:00', state: 'open', capacity: 12, booked: 0, held: 0, pools: [], stopped_reason: null,
  key: 's', date: '2026-11-24', organization_id: 'o', who: '王静怡', who_en: '', title: null, ...more,
})

test('arrows move a focused session, Shift+arrows change its length, Enter lets it go, Escape forgets', () => {
  const done: unknown[] = []
  const scope = effectScope()
  const drag = scope.run(() => usePlanDrag(() => ({ from: 480, to: 1020 }), (to, was) => done.push([was.day, to.day, timeOf(to.start), timeOf(to.end)])))
  if (!drag) throw new Error('no scope')
  const card = session()
  const key = (name: string, shiftKey = false) => drag.nudge(new KeyboardEvent('keydown', { key: name, shiftKey }), card, 'a')
  expect([key('Enter'), key('a')]).toEqual([false, false])
  for (const step of ['ArrowDown', 'ArrowRight', 'ArrowRight']) expect(key(step)).toBe(true)
  key('ArrowDown', true)
  expect(key('Enter')).toBe(true)
  expect(done).toEqual([['2026-11-24', '2026-11-26', '08:30', '12:30']])
  key('ArrowUp')
  key('Escape')
  expect([drag.ghost.value, key('Enter'), done.length]).toEqual([null, false, 1])
  scope.stop()
})

test('the grid becomes rows whose planned sessions have a key too', () => {
  const { key: _, date, organization_id, who: __, who_en: ___, title: ____, ...plain } = session()
  const [row] = rowsOf({ organization_id, monday: '2026-11-23', today: '2026-11-22', rows: [{ kind: 'practitioner', id: 'a', name: '王静怡', name_en: 'Wang Jingyi', title: '主任医师', cells: [{ date, sessions: [plain, { ...plain, schedule_id: null, state: 'planned' }] }] }] })
  expect(row?.sessions.map((s) => [s.key, s.date, s.who_en, s.title])).toEqual([['s', date, 'Wang Jingyi', '主任医师'], ['t/2026-11-24T08:00:00+08:00', date, 'Wang Jingyi', '主任医师']])
  expect(['planned', 'open', 'full', 'past', 'stopped'].filter((state) => isAhead({ state: state as PlanCard['state'] }))).toEqual(['planned', 'open', 'full'])
})
