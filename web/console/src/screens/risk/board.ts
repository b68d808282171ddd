import { OUTCOMES, type Ban, type Outcome, type RiskBoard } from '@/api/calls/limits'

export const sumOf = (counts: Partial<Record<Outcome, number>>): number => OUTCOMES.reduce((sum, o) => sum + (counts[o] ?? 0), 0)

/** The four numbers at the top of the board. */
export const figuresOf = (board: RiskBoard) => ({
  checks: board.rules.reduce((sum, r) => sum + sumOf(r.counts), 0),
  blockedTotal: board.rules.reduce((sum, r) => sum + (r.counts.refused ?? 0), 0),
  handovers: board.transfers.length,
  watchedAccounts: board.subjects.length,
})

/** A span of seconds in the largest unit that says it in a whole number. */
export function windowOf(seconds: number): { unit: 'seconds' | 'minutes' | 'hours' | 'days'; n: number } {
  for (const [unit, size] of [['days', 86_400], ['hours', 3600], ['minutes', 60]] as const) {
    if (seconds >= size && seconds % size === 0) return { unit, n: seconds / size }
  }
  return { unit: 'seconds', n: seconds }
}

export type BanState = 'active' | 'appealed' | 'lifted' | 'kept' | 'over'
/** Where a ban stands at `now` (ms): a lifted one is lifted even before its end, an open appeal comes before all else. */
export function banState(ban: Ban, now: number): BanState {
  if (ban.lifted) return 'lifted'
  if (Date.parse(ban.until) <= now) return 'over'
  if (ban.appealed_at && !ban.decided_at) return 'appealed'
  return ban.decided_at ? 'kept' : 'active'
}
