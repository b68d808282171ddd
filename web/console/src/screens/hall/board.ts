import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import { hallStreamPath } from '@/api/calls/queue'
import { readMe } from '@/api/calls/session'
import { asProblem, type ApiProblem } from '@/api/problem'
import type { HallBoard, HallCall, HallRoom } from '@/api/types'
import { useLive } from '@/app/live'

export const callKey = (call: HallCall) => `${call.number_text}/${call.room}/${call.called_at}/${call.calls}`

/** One card a room: clinics that share a room share its door, so people look for the room and not for the clinic. */
export function byRoom(rooms: HallRoom[]): HallRoom[] {
  const doors = new Map<string, HallRoom>()
  for (const room of rooms) {
    const key = `${room.room}/${room.department_name}`
    const before = doors.get(key)
    doors.set(key, before ? {
      ...before,
      practitioner_name: before.practitioner_name ?? room.practitioner_name, title: before.title ?? room.title, now_serving: before.now_serving ?? room.now_serving,
      waiting: [...before.waiting, ...room.waiting], waiting_count: before.waiting_count + room.waiting_count,
    } : room)
  }
  return [...doors.values()]
}

/**
 * The board of one waiting hall: live while the line holds, the last one heard (kept over a reload) when it doesn't.
 * `organization` comes from the address, else from the device's own token.
 */
export function useHallBoard(location: string, organization: string | null) {
  const kept = `yitong.hall.${location}`
  const organizationId = ref(organization)
  const board = shallowRef<HallBoard | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const saved = localStorage.getItem(kept)
  if (saved) board.value = JSON.parse(saved) as HallBoard
  /** The latest call heard in this sitting; a call already on the board at start isn't announced again. */
  const announced = shallowRef<HallCall | null>(null)
  let known: Set<string> | null = null
  let retry: ReturnType<typeof setTimeout> | undefined

  async function findOrganization(): Promise<void> {
    if (organizationId.value) return
    try {
      const me = await readMe()
      organizationId.value = me.terminal?.organization_id ?? me.staff?.roles.find((r) => r.organization_id)?.organization_id ?? null
      problem.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
      // A screen on the wall has nobody to press Retry.
      retry = setTimeout(() => void findOrganization(), 5000)
    }
  }
  void findOrganization()
  onBeforeUnmount(() => clearTimeout(retry))

  function hear(next: HallBoard): void {
    const keys = new Set(next.calling.map(callKey))
    const before = known
    const newest = before ? next.calling.find((call) => !before.has(callKey(call))) : undefined
    if (newest) announced.value = newest
    known = keys
    board.value = next
    localStorage.setItem(kept, JSON.stringify(next))
  }
  const live = useLive<HallBoard>(() => (organizationId.value ? hallStreamPath(location, organizationId.value) : null), hear)
  const stale = computed(() => live.state.value !== 'live')
  const refusal = computed(() => live.refused.value ?? problem.value)
  return { board, announced, stale, refusal, state: live.state }
}
