import { cleanCode } from '@/screens/kiosk/check-in'

/** What a scanner typed: a package's trace code, a patient's code for taking a prescription, or nothing known. */
export type Scanned = { kind: 'trace'; code: string } | { kind: 'take'; code: string } | { kind: 'unknown'; text: string }

const TRACE = /^\d{20}$/
/** Some packages carry a link whose end or parameter is the code. */
const LINKED = /(?<!\d)(\d{20})(?!\d)/
const TAKE_LENGTH = { least: 40, most: 500 }

/** Tells what was scanned; null for an empty field. */
export function scanned(typed: string): Scanned | null {
  const text = cleanCode(typed)
  if (!text) return null
  if (TRACE.test(text)) return { kind: 'trace', code: text }
  const linked = text.includes('/') ? LINKED.exec(text)?.[1] : undefined
  if (linked && text.length < TAKE_LENGTH.most && !/[?#&].*[A-Za-z0-9_-]{40,}/.test(text)) return { kind: 'trace', code: linked }
  if (text.length >= TAKE_LENGTH.least && text.length <= TAKE_LENGTH.most && !/^\d+$/.test(text)) return { kind: 'take', code: text }
  return { kind: 'unknown', text }
}

/** The first trace code named in a sentence of the server. */
export const traceIn = (sentence: string): string | null => /\d{20}/.exec(sentence)?.[0] ?? null
