import type { ChannelUse } from '@/api/calls/channels'

type Count = { booked: number; capacity: number }

/** Pools by day → what the page draws: bookings a day and channel, and the sum of each pool. */
export function sumUse(rows: ChannelUse[]) {
  const days = new Map<string, Record<string, number>>()
  const channels: Record<string, number> = {}
  const pools: Record<string, Count> = {}
  for (const row of rows) {
    const day = days.get(row.date) ?? {}
    days.set(row.date, day)
    for (const [channel, booked = 0] of Object.entries(row.by_channel)) {
      day[channel] = (day[channel] ?? 0) + booked
      channels[channel] = (channels[channel] ?? 0) + booked
    }
    const pool = (pools[row.pool] ??= { booked: 0, capacity: 0 })
    pool.booked += row.booked
    pool.capacity += row.capacity
  }
  return { days: [...days].sort(([a], [b]) => a.localeCompare(b)).map(([date, counts]) => ({ date, channels: counts })), channels, pools }
}
