import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { endSession, readMe, readPublicSettings } from '@/api/calls/session'
import { credential } from '@/api/credential'
import { ApiProblem } from '@/api/problem'
import type { PublicSettings, Staff, StaffSession } from '@/api/types'
import { setZone } from './format'

export type Role = Staff['roles'][number]['role']
export type Place = { id: string; name: string }

const KEPT = 'yitong.organization'

/** Who sits here, in which organization they work, and what the platform says about itself. */
export const useSession = defineStore('session', () => {
  const staff = shallowRef<Staff | null>(null)
  const settings = shallowRef<PublicSettings | null>(null)
  const place = shallowRef<Place | null>(null)

  const roles = computed<Role[]>(() => [...new Set((staff.value?.roles ?? []).map((r) => r.role))])
  /** Organizations of the person's own roles; the whole region is chosen by search instead. */
  const places = computed<Place[]>(() => {
    const found = new Map<string, string>()
    for (const role of staff.value?.roles ?? []) {
      if (role.organization_id) found.set(role.organization_id, role.organization_name ?? role.organization_id)
    }
    return [...found].map(([id, name]) => ({ id, name }))
  })
  const seesRegion = computed(() => roles.value.some((r) => r === 'regulator' || r === 'platform_admin'))
  const organizationId = computed(() => place.value?.id ?? null)
  /** What the organization is that the person works in: hospital, pharmacy, … */
  const kind = computed(() => staff.value?.roles.find((role) => role.organization_id === organizationId.value)?.organization_kind ?? null)

  /** Whether one of the person's roles carries an action, by its name; a page hides what would only be refused. */
  const may = (action: string): boolean => staff.value?.permissions.includes(action) ?? false

  function choose(next: Place | null): void {
    place.value = next
    if (next) sessionStorage.setItem(KEPT, JSON.stringify(next))
    else sessionStorage.removeItem(KEPT)
  }

  function enter(person: Staff): void {
    staff.value = person
    const kept = sessionStorage.getItem(KEPT)
    const before = kept ? (JSON.parse(kept) as Place) : null
    const allowed = before && (seesRegion.value || places.value.some((p) => p.id === before.id))
    choose(allowed ? before : (places.value[0] ?? null))
  }

  function begin(session: StaffSession): void {
    credential.keepStaff(session.token)
    sessionStorage.removeItem(KEPT)
    enter(session.staff)
  }

  /** After a reload: the tab's token is asked who it is; a token that has ended is dropped. */
  async function restore(): Promise<boolean> {
    if (staff.value) return true
    if (!credential.hasStaff()) return false
    try {
      const me = await readMe()
      if (!me.staff) return false
      enter(me.staff)
      return true
    } catch (thrown) {
      if (thrown instanceof ApiProblem && !thrown.offline) credential.dropStaff()
      if (thrown instanceof ApiProblem) return false
      throw thrown
    }
  }

  async function loadSettings(): Promise<void> {
    settings.value ??= await readPublicSettings()
    setZone(settings.value.region.timezone)
  }

  function leave(): void {
    credential.dropStaff()
    sessionStorage.removeItem(KEPT)
    staff.value = null
    place.value = null
  }

  async function signOut(): Promise<void> {
    try {
      await endSession()
    } catch (thrown) {
      // The token may have ended already or the line be down: the tab forgets it in any case.
      if (!(thrown instanceof ApiProblem)) throw thrown
    }
    leave()
  }

  return { staff, settings, place, roles, places, seesRegion, organizationId, kind, may, choose, begin, restore, loadSettings, leave, signOut }
})
