import { expect, test } from 'vitest'
import { clock, dayOf, minutesSince, mondayOf, plusDays, setZone, startOfDay, weekdayOf, yuan } from '@/app/format'

test('money is whole fen, never a float', () => {
  expect([0, 5, 99, 100, 5000, 123456789, -250].map(yuan)).toEqual(['0.00', '0.05', '0.99', '1.00', '50.00', '1234567.89', '-2.50'])
})

test('time is the hospital’s clock and day, wherever the browser is', () => {
  setZone('Asia/Shanghai')
  expect(clock('2026-11-22T01:30:00Z')).toBe('09:30')
  expect(clock('2026-11-22T00:05:00+08:00')).toBe('00:05')
  expect(dayOf('2026-11-21T16:30:00Z')).toBe('2026-11-22')
  setZone('Asia/Urumqi')
  expect(clock('2026-11-22T01:30:00Z')).toBe('07:30')
  expect(startOfDay('2026-11-22')).toBe('2026-11-21T18:00:00.000Z')
  setZone('Asia/Shanghai')
  expect(startOfDay('2026-11-22')).toBe('2026-11-21T16:00:00.000Z')
})

test('days are counted on the calendar', () => {
  expect(plusDays('2026-02-27', 2)).toBe('2026-03-01')
  expect(plusDays('2026-01-01', -1)).toBe('2025-12-31')
  expect(weekdayOf('2026-11-22')).toBe(7)
  expect(mondayOf('2026-11-22')).toBe('2026-11-16')
  expect(mondayOf('2026-11-16')).toBe('2026-11-16')
})

test('nobody waits a negative time', () => {
  const now = Date.parse('2026-11-22T10:00:00+08:00')
  expect(minutesSince('2026-11-22T09:48:30+08:00', now)).toBe(11)
  expect(minutesSince('2026-11-22T10:01:00+08:00', now)).toBe(0)
})
