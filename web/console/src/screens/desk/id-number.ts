/** What an 18-character resident ID number says by itself (GB 11643-1999); the server checks it again. */
export type IdFacts = { ok: boolean; birthDate: string | null; sex: 'male' | 'female' | null }

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** Kinds of document that carry such a number: 居民身份证, 居民户口簿, 港澳台居民居住证. */
export const carriesIdNumber = (kind: string): boolean => ['01', '02', '16'].includes(kind)

export function readIdNumber(text: string): IdFacts {
  const id = text.trim().toUpperCase()
  if (!/^\d{17}[\dX]$/.test(id)) return { ok: false, birthDate: null, sex: null }
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(id[at]), 0)
  const birthDate = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`
  const date = new Date(`${birthDate}T00:00:00Z`)
  // A date such as 02-30 rolls over into March: only one that prints back the same exists.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === birthDate
  return {
    ok: exists && CHECKS[sum % 11] === id[17],
    birthDate: exists ? birthDate : null,
    sex: Number(id[16]) % 2 ? 'male' : 'female',
  }
}
