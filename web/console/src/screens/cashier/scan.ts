import type { Credential, ShownKind } from '@/api/calls/cashier'
import { cleanCode } from '@/screens/kiosk/check-in'

/** What a person at the counter showed or said: one of the three credentials, a bill's code, or words to look for. */
export type Reading = { kind: 'bill'; token: string } | { kind: 'credential'; text: string } | { kind: 'words'; text: string }
export type ShownBy = ShownKind | 'bill' | 'words'

/** Who stands at the counter and by what we know it. `credential` is what the insurer is asked with. */
export type AtCounter = {
  patient_id: string
  name: string
  sex?: string
  age_years?: number
  id_number_masked?: string
  shown: ShownBy
  credential: Credential | null
  bill_id: string | null
}

/** Somebody without a name gets the one of their bill; anybody else stays as they are. */
export function namedBy(person: AtCounter | null, bill: { patient_id: string; patient_name: string } | null): AtCounter | null {
  return person && bill && !person.name && person.patient_id === bill.patient_id ? { ...person, name: bill.patient_name } : person
}

// Longer than any document or phone number and without a gap: nobody types that, a scanner does.
const SCANNED = /^\S{22,}$/

/** Tells a bill's code from a credential from words; which credential it is the server says, as regions differ in their forms. */
export function readingOf(typed: string): Reading | null {
  const text = typed.replace(/[\uFEFF\u200B]/g, '').trim()
  if (!text) return null
  const bill = /\/pages\/bills\/pay\?(?:[^#]*&)?token=([\w-]+)/.exec(text)
  if (bill?.[1]) return { kind: 'bill', token: bill[1] }
  const code = cleanCode(text)
  if (SCANNED.test(text) || /^[0-9a-f]{64}:/i.test(code)) return { kind: 'credential', text: code }
  return { kind: 'words', text }
}

/** The insurer's name for what was shown (mdtrt_cert_type 01 voucher, 03 social-security card with its serial). */
export function credentialOf(kind: ShownKind, text: string): Credential | null {
  const nobody = { certno: '', psn_name: '' }
  if (kind === 'insurance_voucher') return { mdtrt_cert_type: '01', mdtrt_cert_no: text, card_sn: '', ...nobody }
  const card = /^([0-9A-Z]{9})[^0-9A-Z]([0-9A-F]{32})$/i.exec(text)
  if (kind === 'social_security_card' && card) return { mdtrt_cert_type: '03', mdtrt_cert_no: card[1] ?? '', card_sn: card[2] ?? '', ...nobody }
  return null
}
