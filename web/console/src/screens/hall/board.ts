import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { hallStreamPath } from '@/api/calls/queue'
import { readMe } from '@/api/calls/session'
import { asProblem, type ApiProblem } from '@/api/problem'
import { readMissed, type FullBoard, type HallCallMore, type HallRoomMore } from '@/api/calls/queueing'
import { useLive } from '@/app/live'

const MISSED_SHOWN_MS = 120_000

export const callKey = (call: HallCallMore) => call.call_id

/** One card a room: clinics that share a room share its door, so people look for the room and not for the clinic. */
export function byRoom(rooms: HallRoomMore[]): HallRoomMore[] {
  const doors = new Map<string, HallRoomMore>()
  for (const room of rooms) {
    const key = `${room.room}/${room.department_name}`
    const before = doors.get(key)
    doors.set(key, before ? {
      ...before,
      practitioner_name: before.practitioner_name ?? room.practitioner_name, title: before.title ?? room.title, now_serving: before.now_serving ?? room.now_serving,
      waiting: [...before.waiting, ...room.waiting], waiting_count: before.waiting_count + room.waiting_count, paused: before.paused ?? room.paused, group_name: before.group_name ?? room.group_name,
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
  const board = shallowRef<FullBoard | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const saved = localStorage.getItem(kept)
  if (saved) board.value = JSON.parse(saved) as FullBoard
  /** The latest call heard in this sitting; a call already on the board at start isn't announced again. */
  const announced = shallowRef<HallCallMore | null>(null)
  let known: Set<string> | null = null
  let silentSince: string | null = null
  /** Calls that were made while this screen heard nothing; shown for a while after the line is back. */
  const missed = shallowRef<HallCallMore[]>([])
  let forget: ReturnType<typeof setTimeout> | undefined
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
  onBeforeUnmount(() => {
    clearTimeout(retry)
    clearTimeout(forget)
  })

  function hear(next: FullBoard): void {
    const keys = new Set(next.calling.map(callKey))
    const before = known
    const newest = before ? next.calling.find((call) => !before.has(callKey(call))) : undefined
    if (newest) announced.value = newest
    known = keys
    board.value = next
    localStorage.setItem(kept, JSON.stringify(next))
  }
  const live = useLive<FullBoard>(() => (organizationId.value ? hallStreamPath(location, organizationId.value) : null), hear)
  watch(live.state, (now, before) => {
    if (now === 'retrying' && before === 'live') silentSince = board.value?.server_time ?? null
    if (now === 'live' && silentSince) void catchUp(silentSince)
  })
  async function catchUp(since: string): Promise<void> {
    silentSince = null
    // The stream brings the board in any case; without this answer only the list of missed calls stays empty.
    const found = organizationId.value ? await readMissed(location, organizationId.value, since).catch(() => null) : null
    const inSight = new Set(found?.calling.map(callKey))
    missed.value = (found?.recent ?? []).filter((call) => !inSight.has(callKey(call)))
    clearTimeout(forget)
    forget = setTimeout(() => (missed.value = []), MISSED_SHOWN_MS)
  }
  const stale = computed(() => live.state.value !== 'live')
  const refusal = computed(() => live.refused.value ?? problem.value)
  return { board, announced, missed, stale, refusal, state: live.state }
}
