import { ask, type Listed } from '../ask'
import type { Appointment, ManagedSession } from '../types'
import type { Pool } from './channels'

/** Calls of the week's plan: grid, extra places, expert teams, and who was met by a stopped clinic. */
export type PoolUse = { pool: Pool; booked: number; capacity: number }
export type PlannedInWeek = ManagedSession & { team_id?: string | null; team_name?: string | null; location_id?: string | null; pools?: PoolUse[]; capacity_per_slot?: number | null; slot_minutes?: number | null }
export type WeekResource = {
  kind: 'practitioner' | 'team' | 'location' | 'service'; id: string; name: string; name_en?: string | null; title?: string | null; sessions: PlannedInWeek[]
}
export type PlanWeek = { monday: string; resources: WeekResource[] }
export const readWeek = (organization_id: string, department_id: string, monday: string) =>
  ask<PlanWeek>('GET', '/api/schedules/week', { query: { organization_id, department_id, monday } })

export const addExtraPlace = (schedule_id: string, body: { organization_id: string; patient_id: string; reason: string }, key: string) =>
  ask<Appointment>('POST', '/api/schedules/{schedule_id}/extra-places', { path: { schedule_id }, body, key })

export type TeamMember = { practitioner_role_id: string; name?: string; title?: string | null; lead: boolean }
export type CareTeam = { id: string; organization_id: string; department_id: string; department_name?: string; name: string; name_en: string | null; active: boolean; members: TeamMember[] }
export type CareTeamInput = { organization_id: string; department_id: string; name: string; name_en: string | null; active: boolean; members: { practitioner_role_id: string; lead: boolean }[] }
export const listCareTeams = (organization_id: string, department_id?: string) =>
  ask<Listed<CareTeam>>('GET', '/api/care-teams', { query: { organization_id, department_id } })
export const addCareTeam = (body: CareTeamInput, key: string) => ask<CareTeam>('POST', '/api/care-teams', { body, key })
export const changeCareTeam = (id: string, body: CareTeamInput) => ask<CareTeam>('PUT', '/api/care-teams/{team_id}', { path: { team_id: id }, body })

export type Affected = {
  appointment_id: string; patient_id: string; patient_name: string; phone_masked: string | null; start_at: string; state: string
  offer: { id: string; state: 'open' | 'taken' | 'declined' | 'expired'; start_at: string; practitioner_name: string | null; department_name: string; expires_at: string } | null
}
export const listAffected = (schedule_id: string, organization_id: string) =>
  ask<Listed<Affected>>('GET', '/api/schedules/{schedule_id}/affected', { path: { schedule_id }, query: { organization_id } })
