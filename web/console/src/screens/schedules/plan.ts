import type { GridSession, ResourceKind, WeekGrid } from '@/api/calls/planning'

/** A session as the plan shows it: with its day, whose row it stands in, and a key that a planned one has too. */
export type PlanCard = GridSession & { key: string; date: string; organization_id: string; who: string; who_en: string; title: string | null }
export type PlanRow = { kind: ResourceKind; id: string; name: string; name_en: string; title: string | null; sessions: PlanCard[] }

export function rowsOf(grid: WeekGrid): PlanRow[] {
  return grid.rows.map(({ kind, id, name, name_en, title, cells }) => ({
    kind, id, name, name_en, title,
    sessions: cells.flatMap(({ date, sessions }) => sessions.map((s) => ({
      ...s, date, title, key: s.schedule_id ?? `${s.template_id}/${s.start_at}`, organization_id: grid.organization_id, who: name, who_en: name_en,
    }))),
  }))
}

/** Made or to come, not over and not stopped: what may still be moved. */
export const isAhead = (s: Pick<GridSession, 'state'>): boolean => s.state === 'planned' || s.state === 'open' || s.state === 'full'
