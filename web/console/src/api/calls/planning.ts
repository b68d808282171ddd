import { ask, type Listed } from '../ask'
import type { Appointment } from '../types'
import type { Pool } from './channels'

/** Calls of the week's plan: grid, extra places, expert teams, and who was met by a stopped clinic. */
export type ResourceKind = 'practitioner' | 'team' | 'device' | 'chair' | 'room' | 'service'
export type PoolUse = { pool: Pool; capacity: number; taken: number }
/** One that is only planned yet has no `schedule_id`. */
export type GridSession = {
  schedule_id: string | null; template_id: string | null; exception_id: string | null; department_id: string; department_name: string
  service_id: string; service_kind: string; service_name: string; service_name_en: string; practitioner_role_id: string | null; team_id: string | null; location_id: string | null
  room: string; start_at: string; end_at: string; state: 'planned' | 'open' | 'full' | 'past' | 'stopped'; capacity: number; booked: number; held: number; pools: PoolUse[]; stopped_reason: string | null
}
export type GridRow = { kind: ResourceKind; id: string; name: string; name_en: string; title: string | null; cells: { date: string; sessions: GridSession[] }[] }
export type WeekGrid = { organization_id: string; monday: string; today: string; rows: GridRow[] }
export const readWeek = (organization_id: string, department_id: string, monday: string) =>
  ask<WeekGrid>('GET', '/api/schedules/week', { query: { organization_id, department_id, monday } })

/** `start_at` names a stretch of the session; without it the last one gets the place. */
export type ExtraPlaceInput = { organization_id: string; patient_id: string; reason: string; start_at?: string | null }
export type ExtraPlaces = {
  items: { appointment_id: string; patient_name: string; number: number | null; start_at: string; state: string; reason: string; added_by_name: string; added_at: string }[]; most: number; left: number
}
export const listExtraPlaces = (schedule_id: string, organization_id: string) =>
  ask<ExtraPlaces>('GET', '/api/schedules/{schedule_id}/extra-places', { path: { schedule_id }, query: { organization_id } })
export const addExtraPlace = (schedule_id: string, body: ExtraPlaceInput, key: string) =>
  ask<{ appointment: Appointment; left: number }>('POST', '/api/schedules/{schedule_id}/extra-places', { path: { schedule_id }, body, key })

/** What templates gained for teams since the generated schema was written. */
export type OfTeam = { team_id?: string | null; team_name?: string | null }

export type TeamMember = { practitioner_role_id: string; name: string; title: string; department_name: string; lead: boolean }
export type CareTeam = { id: string; organization_id: string; department_id: string; department_name: string; name: string; name_en: string; active: boolean; members: TeamMember[] }
export type CareTeamInput = { organization_id: string; department_id: string; name: string; name_en: string; active: boolean; members: string[]; lead_id: string | null }
export const listCareTeams = (organization_id: string, department_id?: string) =>
  ask<Listed<CareTeam>>('GET', '/api/care-teams', { query: { organization_id, department_id } })
export const addCareTeam = (body: CareTeamInput, key: string) => ask<CareTeam>('POST', '/api/care-teams', { body, key })
export const changeCareTeam = (id: string, body: CareTeamInput) => ask<CareTeam>('PUT', '/api/care-teams/{team_id}', { path: { team_id: id }, body })

/** `searching`: a place is still looked for; `none`: none was found; `keeps`: refused, and may still cancel at any time. */
export type Affected = {
  appointment_id: string; patient_id: string; patient_name: string; number: number | null; start_at: string; state: string
  outcome: 'searching' | 'none' | 'offered' | 'moved' | 'cancelled' | 'keeps'
  offer: { appointment_id: string; state: 'open' | 'taken' | 'declined' | 'expired'; start_at: string; end_at: string; department_name: string; practitioner_name: string | null; expires_at: string | null } | null
}
export const listAffected = (schedule_id: string, organization_id: string) =>
  ask<Listed<Affected>>('GET', '/api/schedules/{schedule_id}/affected', { path: { schedule_id }, query: { organization_id } })
