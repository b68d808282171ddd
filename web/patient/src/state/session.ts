import { computed, reactive } from 'vue'
import { offline, useBearer, whenUnauthenticated } from '@/api/client'
import { endSession, readMe, readPublicSettings } from '@/api/people'
import type { Account, Member, PublicSettings, Session } from '@/api/types'
import { useRegionZone } from '@/words/time'

const KEY = 'yitong.session'
interface State {
  token: string
  account: Account | null
  patientId: string
  settings: PublicSettings | null
  unread: number
}

export const session = reactive<State>({ token: '', account: null, patientId: '', settings: null, unread: 0 })

export const signedIn = computed(() => session.token !== '')
export const members = computed<Member[]>(() => session.account?.members ?? [])
/** The family member whose things are on the screen. */
export const patient = computed<Member | null>(
  () => members.value.find((one) => one.patient_id === session.patientId) ?? members.value[0] ?? null,
)

function keep(): void {
  uni.setStorageSync(KEY, { token: session.token, account: session.account, patientId: session.patientId })
}

/** Takes in a new session (sign-in, or a fresh token after the family changed). */
export function takeSession(given: Session): void {
  session.token = given.token
  useBearer(given.token)
  takeAccount(given.account)
}

export function takeAccount(account: Account): void {
  session.account = account
  if (!account.members.some((one) => one.patient_id === session.patientId)) {
    session.patientId = account.self_patient_id ?? account.members[0]?.patient_id ?? ''
  }
  keep()
}

export function choosePatient(patientId: string): void {
  session.patientId = patientId
  keep()
}

function forget(): void {
  Object.assign(session, { token: '', account: null, patientId: '', unread: 0 })
  useBearer('')
  uni.removeStorageSync(KEY)
}

export function loadSession(): void {
  whenUnauthenticated(forget)
  const saved = uni.getStorageSync(KEY) as Partial<State> | ''
  if (!saved || typeof saved !== 'object' || !saved.token) return
  Object.assign(session, { token: saved.token, account: saved.account ?? null, patientId: saved.patientId ?? '' })
  useBearer(saved.token)
}

/** Reads the account again; the server's word on the family replaces ours. */
export async function refreshAccount(): Promise<void> {
  if (!signedIn.value) return
  const me = await readMe()
  if (me.account) takeAccount(me.account)
}

/** Ends the session here and, when it can be reached, on the server. */
export async function signOut(): Promise<void> {
  try {
    await endSession()
  } catch {
    // Signing out must always work on the phone; the token dies by itself on the server.
  }
  forget()
}

/** Reads the region's public settings once; a failure leaves them empty and is tried again by the next page. */
export async function ensureSettings(): Promise<PublicSettings | null> {
  if (session.settings) return session.settings
  try {
    session.settings = await readPublicSettings()
    useRegionZone(session.settings.region.timezone)
  } catch {
    return null
  }
  return session.settings
}

export function watchNetwork(): void {
  uni.onNetworkStatusChange(({ isConnected }) => {
    offline.value = !isConnected
  })
}
