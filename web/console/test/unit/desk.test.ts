import { expect, test } from 'vitest'
import { carriesIdNumber, readIdNumber } from '@/screens/desk/id-number'

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
