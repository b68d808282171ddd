import { api, take } from '../client'
import type { Department, Location, Organization } from '../types'

/** Public reads of the directory: organizations, departments, practitioners, services, locations. */
export const listOrganizations = (query: { kind?: Organization['kind']; q?: string; grade?: string; district?: string; limit?: number; cursor?: string }) =>
  take(api.GET('/api/organizations', { params: { query } }))
export const readOrganization = (id: string) => take(api.GET('/api/organizations/{organization_id}', { params: { path: { organization_id: id } } }))
export const listDepartments = (id: string, kind?: Department['kind']) =>
  take(api.GET('/api/organizations/{organization_id}/departments', { params: { path: { organization_id: id }, query: { kind } } }))
export const listServices = (id: string, department_id?: string) =>
  take(api.GET('/api/organizations/{organization_id}/services', { params: { path: { organization_id: id }, query: { department_id } } }))
export const listLocations = (id: string, kind?: Location['kind']) =>
  take(api.GET('/api/organizations/{organization_id}/locations', { params: { path: { organization_id: id }, query: { kind } } }))
export const listPractitionerRoles = (query: { organization_id?: string; department_id?: string; q?: string; title?: string; limit?: number; cursor?: string }) =>
  take(api.GET('/api/practitioner-roles', { params: { query } }))
