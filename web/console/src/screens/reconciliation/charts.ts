import type { DifferenceKind, PartyTotals, ReconciledDay } from '@/api/calls/reconciliation'
import { KINDS } from '@/api/calls/reconciliation'
import { shortDay } from '@/app/format'
import { ink } from '@/design/chart'

export const tones: Record<DifferenceKind, string> = { missing_here: 'red', missing_there: 'amber', amount: 'blue', state: 'line', date: '' }
const colors: Record<DifferenceKind, string> = { missing_here: '#c5352f', missing_there: ink.amber, amount: ink.blue, state: '#8a98ab', date: ink.grey }
const text = { color: ink.text, fontSize: 12 }
const legend = { right: 0, top: 0, itemWidth: 10, itemHeight: 10, icon: 'roundRect', textStyle: text }
const grid = { left: 8, right: 8, top: 34, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }
const category = { type: 'category', axisLine: { lineStyle: { color: ink.grey } }, axisTick: { show: false }, axisLabel: text }
const value = { type: 'value', splitLine: { lineStyle: { color: ink.line } }, axisLabel: text }
const tooltip = { trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: 'rgba(14,124,102,.06)' } }, textStyle: { fontSize: 12 } }

/** Differences of each day, the oldest first, stacked by kind. */
export function byKind(days: ReconciledDay[], name: (kind: DifferenceKind) => string) {
  const inOrder = [...days].sort((a, b) => a.day.localeCompare(b.day))
  return {
    tooltip, legend, grid,
    xAxis: { ...category, data: inOrder.map((d) => shortDay(d.day)) },
    yAxis: { ...value, minInterval: 1 },
    series: KINDS.map((kind) => ({
      name: name(kind), type: 'bar', stack: 'all', barMaxWidth: 22, itemStyle: { color: colors[kind] }, data: inOrder.map((d) => d.by_kind[kind] ?? 0),
    })),
  }
}

/** What the hospital booked beside what each party lists, in yuan. */
export function byParty(parties: PartyTotals[], name: (party: PartyTotals) => string, ours: string, theirs: string) {
  const bar = (title: string, color: string, amount: (party: PartyTotals) => number) => ({
    name: title, type: 'bar', barMaxWidth: 22, barGap: '15%', itemStyle: { color, borderRadius: [3, 3, 0, 0] }, data: parties.map((p) => amount(p) / 100),
  })
  return {
    tooltip, legend, grid,
    xAxis: { ...category, data: parties.map(name) },
    yAxis: value,
    series: [bar(ours, ink.jade, (p) => p.booked), bar(theirs, ink.blue, (p) => p.listed)],
  }
}
