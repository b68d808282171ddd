import type { PharmacyPrices } from '@/api/types'

// Pharmacies on a plain drawing around one point: no map service is asked, so nobody else learns where a patient is.

export interface Spot {
  id: string
  /** Percent from the left and from the top; the point is in the middle, north is up. */
  left: number
  top: number
  /** The number that the pharmacy has in the list. */
  number: number
}
export interface Drawing {
  spots: Spot[]
  /** Metres from the middle to the edge. */
  reach: number
}

const REACHES = [500, 1000, 2000, 5000, 10_000, 20_000, 50_000]
const METRES_A_DEGREE = 111_320
const EDGE = 44

/** Places pharmacies by direction and distance. Those without coordinates, or beyond the last ring, are left out. */
export function draw(around: { latitude: number; longitude: number }, rows: readonly PharmacyPrices[]): Drawing {
  const shrink = Math.cos((around.latitude * Math.PI) / 180)
  const placed = rows.flatMap(({ pharmacy }, i) =>
    pharmacy.latitude === null || pharmacy.longitude === null
      ? []
      : [
          {
            id: pharmacy.organization_id,
            number: i + 1,
            east: (pharmacy.longitude - around.longitude) * METRES_A_DEGREE * shrink,
            north: (pharmacy.latitude - around.latitude) * METRES_A_DEGREE,
          },
        ],
  )
  const furthest = Math.max(0, ...placed.map((one) => Math.hypot(one.east, one.north)))
  const reach = REACHES.find((one) => one >= furthest) ?? REACHES[REACHES.length - 1]!
  const spots = placed
    .filter((one) => Math.hypot(one.east, one.north) <= reach)
    .map(({ id, number, east, north }) => ({
      id,
      number,
      left: round(50 + (east / reach) * EDGE),
      top: round(50 - (north / reach) * EDGE),
    }))
  return { spots, reach }
}
const round = (percent: number): number => Math.round(percent * 10) / 10

export type PriceOrder = 'distance' | 'price'
export interface PriceFilter {
  insured: boolean
  open: boolean
  complete: boolean
}

/** The pharmacies that pass the filter, nearest or cheapest first; who lacks a drug comes after who has everything. */
export function arranged(
  rows: readonly PharmacyPrices[],
  order: PriceOrder,
  { insured, open, complete }: PriceFilter,
): PharmacyPrices[] {
  const far = (one: PharmacyPrices) => one.pharmacy.distance_m ?? Infinity
  const costs = (one: PharmacyPrices) => one.total_fen ?? Infinity
  const less = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1)
  return rows
    .filter(
      (one) => (!insured || one.pharmacy.insured) && (!open || one.pharmacy.open_now) && (!complete || one.complete),
    )
    .sort((a, b) => {
      const whole = Number(b.complete) - Number(a.complete)
      if (order === 'price') return whole || less(costs(a), costs(b)) || less(far(a), far(b))
      return less(far(a), far(b)) || whole || less(costs(a), costs(b))
    })
}
