import type { Custody } from '@/api/calls/pharmacy'

/** A prescription handed out at this desk: goods may come back and deliveries go on after the wall has let it go. */
export type Recent = { part_id: string; organization_id: string; number: string; done: boolean }

const MOST = 12
const place = (pharmacy_id: string) => `yitong.handed-out.${pharmacy_id}`

/** What this tab has opened, newest first; no names are kept in the browser. */
export const recentOf = (pharmacy_id: string): Recent[] => JSON.parse(sessionStorage.getItem(place(pharmacy_id)) ?? '[]') as Recent[]

export function keepRecent(pharmacy_id: string, one: Custody): Recent[] {
  const done = ['dispensed', 'returned', 'settled'].includes(one.state)
  const row = { part_id: one.part_id, organization_id: one.organization_id, number: one.prescription_number, done }
  const rows = [row, ...recentOf(pharmacy_id).filter((other) => other.part_id !== one.part_id)].slice(0, MOST)
  sessionStorage.setItem(place(pharmacy_id), JSON.stringify(rows))
  return rows
}
