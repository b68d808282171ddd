import type { DraftRequest, ExamRule, PairRule, RuleBase } from '@/api/calls/exams'

export type Examples = NonNullable<DraftRequest['examples']>

/** Items whose name, code or device holds the words. */
export function matching(items: readonly ExamRule[], words: string): ExamRule[] {
  const wanted = words.trim().toLowerCase()
  return items.filter((one) => !wanted || [one.name, one.name_en, one.code, one.device_class].some((text) => text.toLowerCase().includes(wanted)))
}

/** The rules with one item put in the place of its namesake, or added. */
export const withItem = (rules: RuleBase, item: ExamRule): RuleBase => ({
  ...rules,
  items: rules.items.some((one) => one.code === item.code) ? rules.items.map((one) => (one.code === item.code ? item : one)) : [...rules.items, item],
})
export const withoutItem = (rules: RuleBase, code: string): RuleBase => ({ ...rules, items: rules.items.filter((one) => one.code !== code) })

/** The rules with one pair rule put in the place of its namesake, or added. */
export function withPair(rules: RuleBase, pair: PairRule): RuleBase {
  const pairs = rules.pairs ?? []
  return { ...rules, pairs: pairs.some((one) => one.id === pair.id) ? pairs.map((one) => (one.id === pair.id ? pair : one)) : [...pairs, pair] }
}
export const withoutPair = (rules: RuleBase, id: string): RuleBase => ({ ...rules, pairs: (rules.pairs ?? []).filter((one) => one.id !== id) })

/** Minutes of a day as a clock shows them, and back; empty for none. */
export const clockOf = (minutes: number | null | undefined): string =>
  minutes == null ? '' : `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
export const minutesOf = (clock: string | null): number | null => (clock ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5)) : null)

/** Examples as they were typed; null when they are no list of examples. */
export function examplesOf(text: string): Examples | null {
  try {
    const read: unknown = JSON.parse(text.trim() || '[]')
    return Array.isArray(read) ? (read as Examples) : null
  } catch {
    return null
  }
}
