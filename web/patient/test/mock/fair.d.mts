import type { MockOffer, World } from './server.mjs'

export function makeOffer(
  world: World,
  patient: { patient_id: string; name: string },
  reason: 'waitlist' | 'stopped' | 'moved',
  replaces?: string | null,
  minutes?: number,
): MockOffer
export function enter(
  world: World,
  drawId: string,
  patientId: string,
  choices: string[],
  state?: 'entered' | 'won' | 'lost',
  rank?: number | null,
): { leaf: string; offer: unknown }
