import { expect, test } from 'vitest'
import { carriesIdNumber, readIdNumber } from '@/screens/desk/id-number'
import { weekRows } from '@/screens/schedules/week'
import type { ManagedSession } from '@/api/types'

test('an ID number gives birth date and sex, and its check digit is held to', () => {
  expect(readIdNumber('11010519491231002X')).toEqual({ ok: true, birthDate: '1949-12-31', sex: 'female' })
  expect(readIdNumber('11010519491231002x').ok).toBe(true)
  expect(readIdNumber('110105194912310021').ok).toBe(false)
})

test('a day that no calendar has is refused even with a fitting check digit', () => {
  const body = '11010519900230001'
  const digits = [...'0123456789X'].map((c) => readIdNumber(body + c))
  expect(digits.some((f) => f.ok)).toBe(false)
  expect(digits.every((f) => f.birthDate === null)).toBe(true)
})

test('what is no ID number says nothing', () => {
  for (const text of ['', '123', 'E12345678', '1101051949123100２X']) expect(readIdNumber(text)).toEqual({ ok: false, birthDate: null, sex: null })
  expect(['01', '02', '03', '06', '07', '15', '16'].filter(carriesIdNumber)).toEqual(['01', '02', '16'])
})

const session = (more: Partial<ManagedSession>): ManagedSession => ({
  schedule_id: crypto.randomUUID(), organization_id: 'o', department_id: 'd', date: '2026-11-17', period: 'am', start_at: '2026-11-17T08:00:00+08:00', end_at: '2026-11-17T11:30:00+08:00', state: 'open', remaining: 3, capacity: 9,
  practitioner_role_id: 'p1', practitioner_name: '王静怡', title: '主任医师', service_kind: 'expert', service_name: '专家门诊', service_name_en: 'Expert clinic', fee_fen: 5000, room: '1 诊室', template_id: null, booked: 6, held: 0, stopped_reason: null, ...more,
})

test('a week becomes a row a doctor, seven days each, mornings before afternoons', () => {
  const rows = weekRows([
    session({ start_at: '2026-11-17T13:30:00+08:00', period: 'pm' }),
    session({}),
    session({ date: '2026-11-22', start_at: '2026-11-22T08:00:00+08:00' }),
    session({ practitioner_role_id: null, practitioner_name: null, title: null, service_kind: 'general', service_name: '普通门诊' }),
    session({ date: '2026-11-23', start_at: '2026-11-23T08:00:00+08:00', practitioner_role_id: 'p9' }),
  ], '2026-11-16', (s) => s.service_name)
  expect(rows.map((r) => [r.name, r.days.map((d) => d.length).join('')])).toEqual([['王静怡', '0200001'], ['普通门诊', '0100000']])
  expect(rows[0]?.days[1]?.map((s) => s.period)).toEqual(['am', 'pm'])
})
