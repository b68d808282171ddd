import type { DeviceLoad } from '@/api/calls/exams'

export interface LoadCell { places: number; taken: number; stopped: number; share: number }

/** A grid of days and kinds of device; services on one kind of device are added up. */
export function boardOf(loads: readonly DeviceLoad[]): { days: string[]; rows: { deviceClass: string; cells: LoadCell[] }[] } {
  const days = [...new Set(loads.map((one) => one.day))].sort()
  const classes = [...new Set(loads.map((one) => one.device_class))].sort()
  const sum = (rows: DeviceLoad[], key: 'places' | 'taken' | 'stopped') => rows.reduce((all, one) => all + one[key], 0)
  const cell = (deviceClass: string, day: string): LoadCell => {
    const rows = loads.filter((one) => one.device_class === deviceClass && one.day === day)
    const [places, taken] = [sum(rows, 'places'), sum(rows, 'taken')]
    return { places, taken, stopped: sum(rows, 'stopped'), share: places ? taken / places : 0 }
  }
  return { days, rows: classes.map((deviceClass) => ({ deviceClass, cells: days.map((day) => cell(deviceClass, day)) })) }
}
