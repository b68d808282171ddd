import type { ChannelRule, ChannelRuleInput, QuotaRule, ReconciledItem } from '@/api/calls/channels'

const sent = ({ channel, enabled, days_ahead, release_time, jitter_seconds, min_lead_minutes, pools }: ChannelRule): ChannelRuleInput => ({
  channel, enabled, days_ahead, release_time: release_time.slice(0, 5), jitter_seconds, min_lead_minutes, pools: [...pools],
})

/** The rules that differ from what the server holds; the order of pools counts, since places are taken in that order. */
export function changedRules(held: ChannelRule[], edited: ChannelRule[]): ChannelRuleInput[] {
  const before = new Map(held.map((r) => [r.channel, JSON.stringify(sent(r))]))
  return edited.map(sent).filter((r) => before.get(r.channel) !== JSON.stringify(r))
}

/**
 * How `total` places of one slot are cut by quotas: fixed numbers first, then shares (whole places, rounded down),
 * the rest stays common. `over` is true when the quotas ask for more than there is.
 */
export function cutSlot(total: number, quotas: Pick<QuotaRule, 'pool' | 'places' | 'share_percent'>[]): { pool: string; places: number }[] & { over?: boolean } {
  let left = total
  const cuts: { pool: string; places: number }[] & { over?: boolean } = []
  const wanted = [...quotas].sort((a, b) => Number(a.places === null) - Number(b.places === null))
  for (const quota of wanted) {
    const asked = quota.places ?? Math.floor((total * (quota.share_percent ?? 0)) / 100)
    const places = Math.min(left, asked)
    if (asked > left) cuts.over = true
    left -= places
    cuts.push({ pool: quota.pool, places })
  }
  return Object.assign([{ pool: 'common', places: left }, ...cuts], { over: cuts.over })
}

const COLUMNS = ['external_id', 'start_at', 'department', 'patient_local_number', 'status'] as const
export type ReadList = { items: ReconciledItem[]; wrong: { line: number; column: string } | null }

/** A comma-separated list of a hospital system → items; names the first row and column that is missing (header is line 1). */
export function readList(text: string): ReadList {
  const rows = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((row) => row.trim())
  const head = (rows[0] ?? '').split(',').map((cell) => cell.trim())
  const missing = COLUMNS.find((column) => !head.includes(column))
  if (missing) return { items: [], wrong: { line: 1, column: missing } }
  const items: ReconciledItem[] = []
  for (const [index, row] of rows.entries()) {
    if (index === 0 || !row) continue
    const cells = row.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    const of = (column: (typeof COLUMNS)[number]) => cells[head.indexOf(column)] ?? ''
    const empty = COLUMNS.find((column) => !of(column))
    if (empty) return { items: [], wrong: { line: index + 1, column: empty } }
    items.push({ external_id: of('external_id'), start_at: of('start_at'), department: of('department'), patient_local_number: of('patient_local_number'), status: of('status') })
  }
  return { items, wrong: null }
}
