import { expect, test, vi } from 'vitest'
import type { PartRow, PartView, PharmacyOffer, PharmacyPrices } from '@/api/types'
import { pointAround } from '@/state/around'
import { agreedOffer, byCost, choicesOf, recordedOf, secondsUntil, waitingParts } from '@/state/parts'
import { arranged, draw } from '@/state/pharmacy-map'
import { place } from '@/state/place'
import { wishOf, wishProblem, type RequestForm } from '@/state/purchase-wish'
import { added, changed, MOST_TIMES, without } from '@/state/reminders'

const NOW = Date.parse('2026-11-22T10:00:00+08:00')
const part = (id: string, state: PartRow['state'], more: Partial<PartRow> = {}) =>
  ({ id, state, opens_at: '2026-11-22T08:00:00+08:00', closes_at: '2026-11-25T08:00:00+08:00', ...more }) as PartRow
const view = (row: PartRow, request: string | null = null) =>
  ({ part: row, request: request === null ? null : { state: request } }) as PartView

test('what waits is open already and the one that runs out first comes first', () => {
  const rows = [
    part('late', 'approved', { closes_at: '2026-11-26T08:00:00+08:00' }),
    part('soon', 'released'),
    part('next month', 'approved', { opens_at: '2026-12-22T08:00:00+08:00' }),
    part('done', 'dispensed'),
    part('gone', 'expired'),
  ]
  expect(waitingParts(rows, NOW).map((one) => one.id)).toEqual(['soon', 'late'])
  expect(rows[0]!.id).toBe('late')
})

test('a part is opened, asked for and withdrawn only as long as no pharmacy has it', () => {
  const all = { release: true, request: true, withdraw: true, early: false }
  expect(choicesOf(view(part('a', 'approved')), NOW)).toEqual(all)
  expect(choicesOf(view(part('a', 'released'), 'withdrawn'), NOW)).toEqual(all)
  for (const state of ['issued', 'accepted', 'dispensing', 'dispensed', 'settled', 'revoked', 'expired'] as const)
    expect(choicesOf(view(part('a', state)), NOW), state).toEqual({
      release: false,
      request: false,
      withdraw: false,
      early: false,
    })
})

test('while pharmacies are asked, no other way begins', () => {
  expect(choicesOf(view(part('a', 'released'), 'open'), NOW)).toEqual({
    release: false,
    request: false,
    withdraw: true,
    early: false,
  })
})

test('a later part of a repeated prescription says that it is early', () => {
  const later = part('a', 'approved', { opens_at: '2026-12-22T08:00:00+08:00' })
  expect(choicesOf(view(later), NOW)).toEqual({ release: false, request: false, withdraw: true, early: true })
})

test('offers are ordered by what they cost with delivery, then by how soon they are ready', () => {
  const offer = (id: string, total_fen: number, delivery_fee_fen: number, ready_minutes: number) =>
    ({ id, total_fen, delivery_fee_fen, ready_minutes }) as PharmacyOffer
  const offers = [offer('a', 1000, 500, 5), offer('b', 1400, 0, 5), offer('c', 1400, 0, 3)]
  expect(byCost(offers).map((one) => one.id)).toEqual(['c', 'b', 'a'])
})

test('a countdown ends at zero', () => {
  expect(secondsUntil('2026-11-22T10:01:30+08:00', NOW)).toBe(90)
  expect(secondsUntil('2026-11-22T09:00:00+08:00', NOW)).toBe(0)
})

const shop = (id: string, distance_m: number | null, total_fen: number | null, more: object = {}) =>
  ({
    total_fen,
    complete: total_fen !== null,
    pharmacy: { organization_id: id, distance_m, insured: true, open_now: true, latitude: 40, longitude: 116, ...more },
  }) as PharmacyPrices

test('pharmacies are ordered by distance or price; who lacks something comes after', () => {
  const rows = [
    shop('near', 300, 2000),
    shop('empty', 200, null),
    shop('cheap', 900, 1500),
    shop('nowhere', null, 1500),
  ]
  const any = { insured: false, open: false, complete: false }
  const ids = (order: 'distance' | 'price', only = any) =>
    arranged(rows, order, only).map((one) => one.pharmacy.organization_id)
  expect(ids('distance')).toEqual(['empty', 'near', 'cheap', 'nowhere'])
  expect(ids('price')).toEqual(['cheap', 'nowhere', 'near', 'empty'])
  expect(ids('distance', { ...any, complete: true })).toEqual(['near', 'cheap', 'nowhere'])
})

test('the filters leave out who is closed or not insured', () => {
  const rows = [
    shop('closed', 1, 1, { open_now: false }),
    shop('private', 2, 1, { insured: false }),
    shop('both', 3, 1),
  ]
  const ids = (insured: boolean, open: boolean) =>
    arranged(rows, 'distance', { insured, open, complete: false }).map((one) => one.pharmacy.organization_id)
  expect(ids(true, false)).toEqual(['closed', 'both'])
  expect(ids(false, true)).toEqual(['private', 'both'])
  expect(ids(true, true)).toEqual(['both'])
})

test('the drawing puts north up, east right, and takes the smallest ring that holds all', () => {
  const at = { latitude: 40, longitude: 116 }
  const north = shop('north', 890, 1, { latitude: 40.008, longitude: 116 })
  const east = shop('east', 850, 1, { latitude: 40, longitude: 116.01 })
  const unknown = shop('unknown', null, 1, { latitude: null, longitude: null })
  const { spots, reach } = draw(at, [north, unknown, east])
  expect(reach).toBe(1000)
  expect(spots.map((one) => [one.id, one.number])).toEqual([
    ['north', 1],
    ['east', 3],
  ])
  expect(spots[0]!.left).toBe(50)
  expect(spots[0]!.top).toBeLessThan(15)
  expect(spots[1]!.top).toBe(50)
  expect(spots[1]!.left).toBeGreaterThan(80)
  for (const one of spots) for (const edge of [one.left, one.top]) expect(edge >= 0 && edge <= 100).toBe(true)
})

test('without pharmacies the drawing is empty', () => {
  expect(draw({ latitude: 40, longitude: 116 }, [])).toEqual({ spots: [], reach: 500 })
})

const form = (more: Partial<RequestForm> = {}): RequestForm => ({
  mode: 'first',
  pharmacyId: 'p1',
  handover: 'pickup',
  address: { text: ' 幸福路 8 号 ', name: '王小明', phone: '13900000001' },
  radiusM: 5000,
  minutes: 10,
  insured: false,
  ...more,
})

test('a request needs a place, and a delivery an address, a name and a phone', () => {
  expect(wishProblem(form(), false)).toBe('point')
  expect(wishProblem(form({ address: { text: '', name: '', phone: '' } }), true)).toBe('')
  const to = (text: string, name: string, phone: string) =>
    wishProblem(form({ handover: 'delivery', address: { text, name, phone } }), true)
  expect(to(' 路 ', '王', '13900000001')).toBe('address')
  expect(to('幸福路', ' ', '13900000001')).toBe('name')
  expect(to('幸福路', '王', '139-')).toBe('phone')
  expect(to('幸福路', '王', '13900000001')).toBe('')
})

test('an address goes along only with a delivery, a pharmacy only when it was chosen', () => {
  const row = part('a', 'approved', { organization_id: 'h' })
  const at = { latitude: 40, longitude: 116, hospital: false }
  expect(wishOf(form(), row, at)).toMatchObject({
    pharmacy_id: null,
    address: null,
    part_id: 'a',
    organization_id: 'h',
  })
  const chosen = wishOf(form({ mode: 'chosen', handover: 'delivery' }), row, at)
  expect(chosen.pharmacy_id).toBe('p1')
  expect(chosen.radius_m).toBe(50_000)
  expect(chosen.address?.text).toBe('幸福路 8 号')
  expect('hospital' in chosen).toBe(false)
})

test('times of the day stay sorted, single and few', () => {
  expect(changed(['08:00', '20:00'], '08:00', '21:00')).toEqual(['20:00', '21:00'])
  expect(changed(['08:00', '20:00'], '08:00', '20:00')).toEqual(['20:00'])
  expect(added(['20:00'], '08:00')).toEqual(['08:00', '20:00'])
  const full = Array.from({ length: MOST_TIMES }, (_, i) => `1${i}:00`)
  expect(added(full, '08:00')).toEqual(full)
  expect(without(['08:00', '20:00'], '08:00')).toEqual(['20:00'])
})

test('without a place, distances are counted from the hospital', async () => {
  const asked: string[] = []
  vi.stubGlobal('uni', {
    request: ({ url, success }: { url: string; success: (answer: object) => void }) => {
      asked.push(url)
      success({ statusCode: 200, data: JSON.stringify({ latitude: 40, longitude: 116 }) })
    },
  })
  place.point = {}
  expect(await pointAround('h1')).toEqual({ latitude: 40, longitude: 116, hospital: true })
  place.point = { latitude: 39.5, longitude: 115.5 }
  expect(await pointAround('h1')).toEqual({ latitude: 39.5, longitude: 115.5, hospital: false })
  expect(asked).toEqual(['/api/organizations/h1'])
  place.point = {}
  vi.unstubAllGlobals()
})

test('the agreed price is the one of the pharmacy that has the part now, and only while it has it', () => {
  const offer = (pharmacy_id: string, state: string, total_fen: number) => ({ pharmacy_id, state, total_fen })
  const matched = (holder: string | null, state = 'matched') =>
    ({
      pharmacy: holder ? { organization_id: holder } : null,
      request: { state, offers: [offer('near', 'lost', 900), offer('cheap', 'won', 800)] },
    }) as PartView
  expect(agreedOffer(matched('cheap'))?.total_fen).toBe(800)
  for (const other of [matched('near'), matched(null), matched('cheap', 'open')]) expect(agreedOffer(other)).toBeNull()
})

test('a refused step of the record is said before those that wait, and these before those that stand', () => {
  const steps = (...states: ('waiting' | 'done' | 'refused')[]) => recordedOf(states.map((state) => ({ state })))
  expect([steps(), steps('done'), steps('done', 'waiting'), steps('refused', 'done', 'waiting')]).toEqual([
    'chainNone',
    'chainDone',
    'chainWaiting',
    'chainRefused',
  ])
})
