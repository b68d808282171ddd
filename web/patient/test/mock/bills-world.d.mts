import type { MockBill, World } from './server.mjs'

interface Person {
  patient_id: string
  name: string
}
type Line = [name: string, category: string, insuranceClass: string, unitFen: number, count?: number]
export interface MockStay {
  id: string
  bill: MockBill
  state: 'running' | 'closing' | 'settled'
  deposits: MockBill[]
}
export function makeBill(
  world: World,
  member: Person,
  kind: string,
  lines: Line[],
  more?: { days?: number; at?: number },
): MockBill
export function makeStay(world: World, member: Person, given: { lines: Line[]; deposit?: number }): MockStay
