import { clock, weekdayOf } from '@/app/format'

/** Geometry of the week's plan: minutes of the hospital's day on one side, pixels on the other. */
export const STEP = 30
export const PX_PER_MINUTE = 14 / 60
const DAY_FROM = 6 * 60
const DAY_TO = 22 * 60

export type Axis = { from: number; to: number }
export type Span = { start: number; end: number }
export type Grip = 'move' | 'start' | 'end'

/** `08:30` or an instant → minutes since the hospital's midnight. */
export function minutesOf(time: string): number {
  const text = time.includes('T') ? clock(time) : time
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
}

/** Minutes since midnight → `08:30`. */
export const timeOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** The hours a row shows: the ordinary working day, and whatever lies before or after it. */
export function axisOf(spans: Span[]): Axis {
  const from = Math.min(8 * 60, ...spans.map((s) => s.start))
  const to = Math.max(17 * 60, ...spans.map((s) => s.end))
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 }
}

const snap = (minutes: number) => Math.round(minutes / STEP) * STEP
const within = (minutes: number, low: number, high: number) => Math.max(low, Math.min(high, minutes))

/**
 * Where a session lies after its `grip` was dragged to `at` (minutes of the day; for a move the new start):
 * snapped to half hours, inside the working day, never shorter than one step.
 */
export function dragged(was: Span, grip: Grip, at: number): Span {
  if (grip === 'start') return { start: within(snap(at), DAY_FROM, was.end - STEP), end: was.end }
  if (grip === 'end') return { start: was.start, end: within(snap(at), was.start + STEP, DAY_TO) }
  const length = was.end - was.start
  const start = within(snap(at), DAY_FROM, DAY_TO - length)
  return { start, end: start + length }
}

/** A span drawn on an empty place, from where the pointer went down to where it is; at least one step long. */
export function drawn(from: number, to: number): Span {
  const start = within(Math.floor(Math.min(from, to) / STEP) * STEP, DAY_FROM, DAY_TO - STEP)
  return { start, end: within(Math.ceil(Math.max(from, to) / STEP) * STEP, start + STEP, DAY_TO) }
}

/** Sessions of one day side by side where they overlap: lane and number of lanes of each, in the given order. */
export function lanes(spans: Span[]): { lane: number; count: number }[] {
  const placed = spans.map((span, index) => ({ span, index, lane: 0 }))
  const ends: number[] = []
  for (const item of [...placed].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    const free = ends.findIndex((end) => end <= item.span.start)
    item.lane = free < 0 ? ends.length : free
    ends[item.lane] = item.span.end
  }
  const touching = (a: Span, b: Span) => a.start < b.end && b.start < a.end
  return placed.map(({ span, lane }) => ({ lane, count: 1 + Math.max(...placed.filter((p) => touching(p.span, span)).map((p) => p.lane)) }))
}

export type Place = Span & { day: string; resourceId: string }
export type Change = { day: boolean; time: boolean; resource: boolean }

/** What differs between two places of a session. */
export const changeOf = (from: Place, to: Place): Change => ({
  day: from.day !== to.day, time: from.start !== to.start || from.end !== to.end, resource: from.resourceId !== to.resourceId,
})

export type Written =
  | { kind: 'change'; date: string; start_time: string; end_time: string; practitioner_role_id?: string }
  | { kind: 'stop'; date: string }
  | { kind: 'extra'; date: string; start_time: string; end_time: string; practitioner_role_id?: string }

/**
 * The exceptions that bring one session to its new place: one `change` on the same day; on another day the old day
 * stops first – the server refuses that when people are booked, and then nothing has happened – and the new day gets an extra.
 */
export function exceptionsFor(from: Place, to: Place): Written[] {
  const at = { start_time: timeOf(to.start), end_time: timeOf(to.end), ...(from.resourceId !== to.resourceId ? { practitioner_role_id: to.resourceId } : {}) }
  if (from.day === to.day) return [{ kind: 'change', date: to.day, ...at }]
  return [{ kind: 'stop', date: from.day }, { kind: 'extra', date: to.day, ...at }]
}

/** The fields of the weekly rule that bring every later session to the new place. */
export const ruleFor = (from: Place, to: Place) => ({
  weekday: weekdayOf(to.day), start_time: timeOf(to.start), end_time: timeOf(to.end), ...(from.resourceId !== to.resourceId ? { practitioner_role_id: to.resourceId } : {}),
})
