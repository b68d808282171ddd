import type { IconName } from '@/design/icons'
import type { Role } from './session'

export type Destination = { name: string; path: string; icon: IconName; group: 'care' | 'money' | 'manage' | 'oversight'; roles: Role[] | 'all' }

/** The rail from top to bottom; `roles` says for whom a page is of use. What one may do is decided by the server. */
export const destinations: Destination[] = [
  { name: 'home', path: '/', icon: 'home', group: 'care', roles: ['hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'room', path: '/room', icon: 'room', group: 'care', roles: ['doctor', 'nurse'] },
  { name: 'prescribe', path: '/prescribe', icon: 'pen', group: 'care', roles: ['doctor'] },
  { name: 'exams', path: '/exams', icon: 'device', group: 'care', roles: ['doctor', 'nurse', 'registrar', 'scheduler', 'hospital_admin'] },
  { name: 'review', path: '/review', icon: 'rules', group: 'care', roles: ['pharmacist'] },
  { name: 'pharmacy', path: '/pharmacy', icon: 'pill', group: 'care', roles: ['pharmacist'] },
  { name: 'shelf', path: '/shelf', icon: 'shelf', group: 'care', roles: ['pharmacist'] },
  { name: 'desk', path: '/desk', icon: 'desk', group: 'care', roles: ['registrar', 'nurse', 'hospital_admin', 'platform_admin'] },
  { name: 'queues', path: '/queues', icon: 'queue', group: 'care', roles: ['nurse', 'registrar', 'hospital_admin'] },
  { name: 'cashier', path: '/cashier', icon: 'cash', group: 'money', roles: ['cashier', 'registrar', 'hospital_admin'] },
  { name: 'stays', path: '/stays', icon: 'waiting', group: 'money', roles: ['cashier', 'registrar', 'nurse', 'doctor', 'finance'] },
  { name: 'reconciliation', path: '/reconciliation', icon: 'scale', group: 'money', roles: ['finance', 'hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'tills', path: '/tills', icon: 'hash', group: 'money', roles: ['cashier', 'registrar', 'finance', 'hospital_admin'] },
  { name: 'claims', path: '/claims', icon: 'shield', group: 'money', roles: ['cashier', 'finance', 'registrar'] },
  { name: 'insurance', path: '/insurance', icon: 'rules', group: 'money', roles: ['cashier', 'finance', 'registrar', 'doctor', 'hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'schedules', path: '/schedules', icon: 'calendar', group: 'manage', roles: ['scheduler', 'hospital_admin', 'platform_admin'] },
  { name: 'channels', path: '/channels', icon: 'channels', group: 'manage', roles: ['registrar', 'scheduler', 'hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'waitlist', path: '/waitlist', icon: 'waiting', group: 'manage', roles: ['registrar', 'scheduler', 'hospital_admin', 'platform_admin'] },
  { name: 'draws', path: '/draws', icon: 'dice', group: 'manage', roles: ['scheduler', 'hospital_admin', 'platform_admin'] },
  { name: 'reviews', path: '/reviews', icon: 'star', group: 'manage', roles: ['doctor', 'hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'people', path: '/people', icon: 'merge', group: 'manage', roles: ['registrar', 'hospital_admin', 'platform_admin'] },
  { name: 'devices', path: '/devices', icon: 'screen', group: 'manage', roles: ['hospital_admin', 'platform_admin'] },
  { name: 'staff', path: '/staff', icon: 'users', group: 'manage', roles: ['hospital_admin', 'platform_admin'] },
  { name: 'risk', path: '/risk', icon: 'shield', group: 'oversight', roles: ['hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'recalls', path: '/recalls', icon: 'return', group: 'oversight', roles: ['pharmacist', 'regulator'] },
  { name: 'chain', path: '/chain', icon: 'link', group: 'oversight', roles: ['regulator', 'platform_admin'] },
  { name: 'directory', path: '/directory', icon: 'building', group: 'oversight', roles: 'all' },
  { name: 'events', path: '/events', icon: 'trail', group: 'oversight', roles: ['hospital_admin', 'regulator', 'platform_admin'] },
  { name: 'system', path: '/system', icon: 'system', group: 'oversight', roles: ['platform_admin'] },
]

export const forRoles = (roles: Role[]): Destination[] =>
  destinations.filter((d) => d.roles === 'all' || d.roles.some((role) => roles.includes(role)))

/** Where a person's day begins: the page they use two hundred times; `kind` is what their organization is. */
export function firstPage(roles: Role[], kind: string | null = null): string {
  if (roles.some((role) => role === 'doctor' || role === 'nurse')) return '/room'
  if (roles.includes('pharmacist')) return kind === 'pharmacy' ? '/pharmacy' : '/review'
  if (roles.includes('registrar')) return '/desk'
  if (roles.includes('cashier')) return '/cashier'
  if (roles.includes('finance')) return '/reconciliation'
  if (roles.includes('scheduler')) return '/schedules'
  return '/'
}
