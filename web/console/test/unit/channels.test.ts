import { expect, test } from 'vitest'
import type { ChannelRule } from '@/api/calls/channels'
import { changedRules, cutSlot, readList } from '@/screens/channels/rules'
import { sumUse } from '@/screens/channels/use'
import { remainingText } from '@/screens/waitlist/remaining'

const rule = (more: Partial<ChannelRule> = {}): ChannelRule => ({ channel: 'wechat', enabled: true, days_ahead: 14, release_time: '08:00', jitter_seconds: 120, min_lead_minutes: 30, pools: ['common'], inherited: true, next_release_at: null, ...more })

test('only changed channels are sent, and what only the server says is not', () => {
  const held = [rule(), rule({ channel: 'h5', release_time: '08:00:00' })]
  expect(changedRules(held, held.map((r) => ({ ...r, release_time: r.release_time.slice(0, 5) })))).toEqual([])
  const [sent] = changedRules(held, [rule({ days_ahead: 7 }), held[1] ?? rule()])
  expect(sent).toEqual({ channel: 'wechat', enabled: true, days_ahead: 7, release_time: '08:00', jitter_seconds: 120, min_lead_minutes: 30, pools: ['common'] })
})

test('the order of pools is a change: places are taken in that order', () => {
  expect(changedRules([rule({ pools: ['common', 'onsite'] })], [rule({ pools: ['onsite', 'common'] })])).toHaveLength(1)
})

test('a slot is cut: fixed numbers first, then whole places of shares, the rest common', () => {
  expect([...cutSlot(10, [{ pool: 'draw', places: null, share_percent: 25 }, { pool: 'elderly', places: 2, share_percent: null }])]).toEqual([
    { pool: 'common', places: 6 }, { pool: 'elderly', places: 2 }, { pool: 'draw', places: 2 },
  ])
  expect(cutSlot(10, [{ pool: 'elderly', places: 8, share_percent: null }]).over).toBeUndefined()
  const over = cutSlot(10, [{ pool: 'elderly', places: 8, share_percent: null }, { pool: 'onsite', places: null, share_percent: 50 }])
  expect([over.over, over[0]?.places, over[2]?.places]).toEqual([true, 0, 2])
})

const head = 'external_id, start_at, department, patient_local_number, status'
test('a list of the hospital system is read by its header, quotes and all', () => {
  const read = readList(`\uFEFF${head}\r\n"H-1",2026-11-21T08:00:00+08:00,03.01,MZ1,booked\r\n\r\n`)
  expect(read).toEqual({ items: [{ external_id: 'H-1', start_at: '2026-11-21T08:00:00+08:00', department: '03.01', patient_local_number: 'MZ1', status: 'booked' }], wrong: null })
})

test('what is missing is named with its row', () => {
  expect(readList('external_id,start_at\n1,2').wrong).toEqual({ line: 1, column: 'department' })
  expect(readList(`${head}\nH-1,2026-11-21T08:00:00+08:00,03.01,,booked`).wrong).toEqual({ line: 2, column: 'patient_local_number' })
})

test('use is summed by day, channel and pool', () => {
  const sum = sumUse([
    { date: '2026-11-22', pool: 'common', capacity: 20, booked: 12, by_channel: { wechat: 9, window: 3 } },
    { date: '2026-11-21', pool: 'common', capacity: 20, booked: 5, by_channel: { wechat: 5 } },
    { date: '2026-11-22', pool: 'elderly', capacity: 4, booked: 1, by_channel: { window: 1 } },
  ])
  expect(sum.days).toEqual([{ date: '2026-11-21', channels: { wechat: 5 } }, { date: '2026-11-22', channels: { wechat: 9, window: 4 } }])
  expect(sum.pools).toEqual({ common: { booked: 17, capacity: 40 }, elderly: { booked: 1, capacity: 4 } })
  expect(sum.channels).toEqual({ wechat: 14, window: 4 })
})

test('an offer’s clock runs down to nothing and stays there', () => {
  const now = Date.parse('2026-11-22T08:00:00+08:00')
  expect(remainingText('2026-11-22T08:29:05+08:00', now)).toBe('29:05')
  expect(remainingText('2026-11-22T20:00:00+08:00', now)).toBe('12:00:00')
  expect(remainingText('2026-11-22T08:00:00+08:00', now)).toBeNull()
})
