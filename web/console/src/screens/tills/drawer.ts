import type { CashCount } from '@/api/calls/tills'

/** Notes and coins in circulation, in fen, the largest first. */
export const PIECES = [10000, 5000, 2000, 1000, 500, 100, 50, 10] as const

/** What lies in a drawer: so many of each note and coin; what was not typed counts as none. */
export const drawerFen = (counts: Record<number, number | undefined>): number =>
  PIECES.reduce((sum, piece) => sum + piece * (counts[piece] ?? 0), 0)

/** The last count of each window: the only one that can be made anew. */
export function lastOfWindows(counts: CashCount[]): Set<string> {
  const last = new Map<string, CashCount>()
  for (const one of counts) {
    const before = last.get(one.window)
    if (!before || one.until > before.until) last.set(one.window, one)
  }
  return new Set([...last.values()].map((one) => one.id))
}

export type Verdict = 'even' | 'over' | 'short'
/** Cash against books: even, too much, too little. */
export const verdictOf = (differenceFen: number): Verdict => (differenceFen === 0 ? 'even' : differenceFen > 0 ? 'over' : 'short')
