import type { MockBill, MockPayment, World } from './server.mjs'

/** One line of a paid bill goes back; `done` when it has arrived. */
export function giveBack(
  world: World,
  payment: MockPayment,
  line: MockBill['items'][number],
  done: boolean,
  owed?: number,
): { id: string }
