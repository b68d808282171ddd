import { plusDays } from '@/app/format'
import type { ManagedSession } from '@/api/types'

export type WeekRow = { key: string; name: string; title: string; service: string; days: ManagedSession[][] }

/** Sessions of one week as rows (a doctor, or a service without a named doctor) of seven days, each day by start time. */
export function weekRows(sessions: ManagedSession[], monday: string, serviceName: (s: ManagedSession) => string): WeekRow[] {
  const days = Array.from({ length: 7 }, (_, at) => plusDays(monday, at))
  const rows = new Map<string, WeekRow>()
  for (const session of [...sessions].sort((a, b) => a.start_at.localeCompare(b.start_at))) {
    const at = days.indexOf(session.date)
    if (at < 0) continue
    const key = session.practitioner_role_id ?? `${session.department_id}/${session.service_kind}/${session.service_name}`
    let row = rows.get(key)
    if (!row) {
      row = { key, name: session.practitioner_name ?? serviceName(session), title: session.title ?? '', service: serviceName(session), days: days.map(() => []) }
      rows.set(key, row)
    }
    row.days[at]?.push(session)
  }
  return [...rows.values()].sort((a, b) => Number(!a.title) - Number(!b.title) || a.name.localeCompare(b.name, 'zh-CN'))
}
