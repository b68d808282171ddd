import type { Ban, Outcome, RiskBoard, RuleKind } from '@/api/calls/limits'
import type { Words } from '@/api/types'

export type RuleSum = { rule: string; text: Words; total: number; counts: Partial<Record<Outcome, number>> }

/** Counts by rule and outcome → one entry a rule, the busiest first. */
export function byRule(board: RiskBoard): RuleSum[] {
  const rules = new Map<string, RuleSum>()
  for (const { rule, text, outcome, count } of board.counts) {
    const sum = rules.get(rule) ?? { rule, text, total: 0, counts: {} }
    sum.counts[outcome] = (sum.counts[outcome] ?? 0) + count
    sum.total += count
    rules.set(rule, sum)
  }
  return [...rules.values()].sort((a, b) => b.total - a.total || a.rule.localeCompare(b.rule))
}

/** The four numbers at the top of the board. */
export const figuresOf = (board: RiskBoard) => ({
  checks: board.counts.reduce((sum, c) => sum + c.count, 0),
  blockedTotal: board.counts.reduce((sum, c) => sum + (c.outcome === 'refused' ? c.count : 0), 0),
  handovers: board.handovers.length,
  watchedAccounts: board.subjects.length,
})

const SIZES = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const
export type WindowUnit = keyof typeof SIZES

/** A span of seconds in the largest unit that says it in a whole number. */
export function windowOf(seconds: number): { unit: WindowUnit; n: number } {
  for (const unit of ['days', 'hours', 'minutes'] as const) {
    const size = SIZES[unit]
    if (seconds >= size && seconds % size === 0) return { unit, n: seconds / size }
  }
  return { unit: 'seconds', n: seconds }
}

/** What a rule's window is edited in: time to pay in minutes, as it is said to patients; others as they are now. */
export const unitOf = (rule: { kind: RuleKind; window_seconds: number }): WindowUnit =>
  rule.kind === 'prepaid' && rule.window_seconds % 60 === 0 ? 'minutes' : windowOf(rule.window_seconds).unit
export const inUnit = (seconds: number, unit: WindowUnit) => Math.round(seconds / SIZES[unit])
export const secondsIn = (n: number, unit: WindowUnit) => n * SIZES[unit]

export type BanState = 'active' | 'appealed' | 'lifted' | 'kept' | 'over'
/** Where a ban stands at `now` (ms): a lifted one is lifted even before its end, an open appeal comes before all else. */
export function banState(ban: Ban, now: number): BanState {
  if (ban.lifted) return 'lifted'
  if (Date.parse(ban.until) <= now) return 'over'
  if (ban.appealed_at && !ban.decided_at) return 'appealed'
  return ban.decided_at ? 'kept' : 'active'
}
