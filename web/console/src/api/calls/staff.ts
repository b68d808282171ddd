import { api, take } from '../client'
import type { components } from '../schema'

/** Calls of the staff accounts' page. */
export type StaffAccount = components['schemas']['StaffAccountItem']
export type StaffAccountInput = components['schemas']['NewStaffAccount']
export type StaffVerb = 'disable' | 'enable' | 'reset-second-factor'
const ADDRESS = {
  disable: '/api/staff-accounts/{staff_id}/disable',
  enable: '/api/staff-accounts/{staff_id}/enable',
  'reset-second-factor': '/api/staff-accounts/{staff_id}/reset-second-factor',
} as const

export const listStaffAccounts = (organization_id: string) =>
  take(api.GET('/api/staff-accounts', { params: { query: { organization_id } } }))
export const addStaffAccount = (body: StaffAccountInput) => take(api.POST('/api/staff-accounts', { body }))
export const changeStaffAccount = (staff_id: string, verb: StaffVerb, organization_id: string, reason: string) =>
  take(api.POST(ADDRESS[verb], { params: { path: { staff_id } }, body: { organization_id, reason } }))
export const setStaffPassword = (staff_id: string, body: components['schemas']['StaffPasswordChange']) =>
  take(api.POST('/api/staff-accounts/{staff_id}/set-password', { params: { path: { staff_id } }, body }))
