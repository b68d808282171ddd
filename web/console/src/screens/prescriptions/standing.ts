import type { National, Prescription } from '@/api/calls/prescriptions'

type Step = Prescription['chain'][number]
export const NATIONAL_TONES: Record<NonNullable<National['state']>, string> = { waiting: 'amber', uploaded: 'jade', refused: 'red', undoing: 'amber', undone: 'line' }

/** What a prescription's steps come to: one refused is said before all, one that waits before those that stand there. */
export function chainOf(steps: readonly Step[]): { state: 'none' | 'waiting' | 'done' | 'refused'; tone: string; last: Step | null } {
  const refused = steps.find((one) => one.state === 'refused')
  if (refused) return { state: 'refused', tone: 'red', last: refused }
  const waiting = steps.find((one) => one.state === 'waiting')
  if (waiting) return { state: 'waiting', tone: 'amber', last: waiting }
  const last = steps.at(-1)
  return last ? { state: 'done', tone: 'jade', last } : { state: 'none', tone: 'line', last: null }
}
