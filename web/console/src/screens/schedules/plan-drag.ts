import { onScopeDispose, shallowRef } from 'vue'
import { plusDays } from '@/app/format'
import type { PlanCard } from './plan'
import { PX_PER_MINUTE, STEP, dragged, drawn, minutesOf, type Axis, type Grip, type Place, type Span } from './timeline'

export type Ghost = Place & { session: PlanCard | null }
type Cell = { resourceId: string; day: string; axis: Axis; element: HTMLElement }
type Held = { session: PlanCard | null; grip: Grip; was: Place; grab: number; from: number; x: number; y: number; moved: boolean }

const THRESHOLD_PX = 4

/** Dragging on the week's plan with a pointer or the arrow keys; `onDone` hears where the session was let go. */
export function usePlanDrag(axisOfRow: (resourceId: string) => Axis, onDone: (ghost: Ghost, was: Place) => void) {
  const ghost = shallowRef<Ghost | null>(null)
  let held: Held | null = null

  function cellAt(x: number, y: number): Cell | null {
    const element = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-day]')
    const { day, resource } = element?.dataset ?? {}
    return element && day && resource ? { element, day, resourceId: resource, axis: axisOfRow(resource) } : null
  }
  const minuteIn = (cell: Cell, y: number) => cell.axis.from + (y - cell.element.getBoundingClientRect().top) / PX_PER_MINUTE

  function onMove(event: PointerEvent): void {
    if (!held) return
    if (!held.moved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < THRESHOLD_PX) return
    held.moved = true
    const cell = cellAt(event.clientX, event.clientY)
    if (!cell) return
    const minute = minuteIn(cell, event.clientY)
    const { session, was, grip } = held
    if (!session) ghost.value = { session, day: was.day, resourceId: was.resourceId, ...drawn(held.from, minute) }
    else if (grip === 'move') ghost.value = { session, day: cell.day, resourceId: cell.resourceId, ...dragged(was, grip, minute - held.grab) }
    else ghost.value = { session, day: was.day, resourceId: was.resourceId, ...dragged(was, grip, minute) }
  }
  function stop(): void {
    held = null
    ghost.value = null
    window.removeEventListener('pointermove', onMove)
    window.removeEventListener('pointerup', onUp)
    window.removeEventListener('keydown', onKey)
  }
  function onUp(): void {
    const [was, at] = [held?.was, held?.moved ? ghost.value : null]
    stop()
    if (at && was) {
      // The click that follows this release belongs to the drag, not to the card below it.
      const swallow = (event: Event) => event.stopPropagation()
      window.addEventListener('click', swallow, { capture: true })
      setTimeout(() => {
        window.removeEventListener('click', swallow, { capture: true })
        onDone(at, was)
      }, 0)
    }
  }
  const onKey = (event: KeyboardEvent) => event.key === 'Escape' && stop()
  function begin(next: Held): void {
    stop()
    held = next
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
    window.addEventListener('keydown', onKey)
  }
  onScopeDispose(stop)

  const placeOf = (session: PlanCard, resourceId: string): Place => ({ day: session.date, resourceId, start: minutesOf(session.start_at), end: minutesOf(session.end_at) })

  function grab(event: PointerEvent, session: PlanCard, resourceId: string, grip: Grip): void {
    const cell = cellAt(event.clientX, event.clientY)
    if (event.button !== 0 || !cell) return
    const was = placeOf(session, resourceId)
    begin({ session, grip, was, grab: minuteIn(cell, event.clientY) - was.start, from: 0, x: event.clientX, y: event.clientY, moved: false })
  }
  function draw(event: PointerEvent, resourceId: string, day: string): void {
    const cell = cellAt(event.clientX, event.clientY)
    if (event.button !== 0 || !cell) return
    const from = minuteIn(cell, event.clientY)
    begin({ session: null, grip: 'end', was: { day, resourceId, ...drawn(from, from) }, grab: 0, from, x: event.clientX, y: event.clientY, moved: false })
  }

  /** The same by keyboard: arrows move the focused card, Shift+arrows change its length; true when the key was used. */
  function nudge(event: KeyboardEvent, session: PlanCard, resourceId: string): boolean {
    const was = placeOf(session, resourceId)
    const now: Place = ghost.value?.session === session ? ghost.value : was
    const span: Span = now
    const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key]
    const days = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step) ghost.value = { session, day: now.day, resourceId, ...(event.shiftKey ? dragged(span, 'end', now.end + step) : dragged(span, 'move', now.start + step)) }
    else if (days) ghost.value = { session, resourceId, start: now.start, end: now.end, day: plusDays(now.day, days) }
    else if (event.key === 'Escape' && ghost.value) ghost.value = null
    else if (event.key === 'Enter' && ghost.value) {
      const at = ghost.value
      ghost.value = null
      onDone(at, was)
    } else return false
    return true
  }
  return { ghost, grab, draw, nudge }
}
