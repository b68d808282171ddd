import type { Sex } from '@/api/types'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

export type IdFault = 'length' | 'characters' | 'date' | 'checksum'
export type IdReading = { ok: true; birthDate: string; sex: Sex } | { ok: false; fault: IdFault }

/** The check character of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2). */
export function checkCharacter(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0)
  return CHECK[sum % 11]!
}

function isRealDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1900 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Reads an 18-digit resident identity number: birth date and sex when it is sound, else what is wrong. A hint only – the server decides. */
export function readIdNumber(given: string, today: string): IdReading {
  const number = given.trim().toUpperCase()
  if (/[^0-9X]/.test(number)) return { ok: false, fault: 'characters' }
  if (number.length !== 18) return { ok: false, fault: 'length' }
  if (!/^\d{17}[\dX]$/.test(number)) return { ok: false, fault: 'characters' }
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  if (!isRealDate(+number.slice(6, 10), +number.slice(10, 12), +number.slice(12, 14)) || birthDate > today)
    return { ok: false, fault: 'date' }
  if (checkCharacter(number.slice(0, 17)) !== number[17]) return { ok: false, fault: 'checksum' }
  return { ok: true, birthDate, sex: Number(number[16]) % 2 === 1 ? 'male' : 'female' }
}

/** Whole years between a birth date and today, both `YYYY-MM-DD`. */
export function ageInYears(birthDate: string, today: string): number {
  const years = +today.slice(0, 4) - +birthDate.slice(0, 4)
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years
}

/** A mainland mobile number: eleven digits beginning with 13–19. */
export function isMobile(phone: string): boolean {
  return /^1[3-9]\d{9}$/.test(phone)
}
