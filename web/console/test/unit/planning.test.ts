import { expect, test } from 'vitest'
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
