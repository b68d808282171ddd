import { api, take } from '../client'

/** Public reads of the directory: organizations, departments, practitioners, services, locations. */
export const listOrganizations = (query: { kind?: string; q?: string; grade?: string; district?: string; limit?: number; cursor?: string }) =>
  take(api.GET('/api/organizations', { params: { query } }))
export const readOrganization = (id: string) => take(api.GET('/api/organizations/{id}', { params: { path: { id } } }))
export const listDepartments = (id: string, kind?: string) =>
  take(api.GET('/api/organizations/{id}/departments', { params: { path: { id }, query: { kind } } }))
export const listServices = (id: string, department_id?: string) =>
  take(api.GET('/api/organizations/{id}/services', { params: { path: { id }, query: { department_id } } }))
export const listLocations = (id: string, kind?: string) =>
  take(api.GET('/api/organizations/{id}/locations', { params: { path: { id }, query: { kind } } }))
export const listPractitionerRoles = (query: { organization_id?: string; department_id?: string; q?: string; title?: string; limit?: number; cursor?: string }) =>
  take(api.GET('/api/practitioner-roles', { params: { query } }))
