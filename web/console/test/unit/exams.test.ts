import { expect, test } from 'vitest'
import type { DeviceLoad } from '@/api/calls/exams'
import { boardOf } from '@/screens/exams/loads'

const load = (device_class: string, day: string, places: number, taken: number) => ({ device_class, day, places, taken, stopped: 0 }) as DeviceLoad

test('services on one kind of device are added up, days without places stay empty', () => {
  const { days, rows } = boardOf([load('ct', '2026-11-25', 10, 5), load('ct', '2026-11-24', 10, 10), load('ct', '2026-11-25', 10, 0), load('mr', '2026-11-24', 4, 1)])
  expect(days).toEqual(['2026-11-24', '2026-11-25'])
  expect(rows.map((row) => row.deviceClass)).toEqual(['ct', 'mr'])
  expect(rows[0]?.cells.map((one) => [one.taken, one.places, one.share])).toEqual([[10, 10, 1], [5, 20, 0.25]])
  expect(rows[1]?.cells[1]).toEqual({ places: 0, taken: 0, stopped: 0, share: 0 })
})
