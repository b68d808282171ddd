import type { OpeningHours } from '@/api/calls/pharmacy'

/** Yuan as typed → whole fen; null for what is no amount of at most two places. */
export function fenOf(typed: string): number | null {
  const found = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(typed.trim())
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/
/** `08:00-12:00 13:00-21:00` → spans of a weekday; null for what is no list of spans that end after they begin. */
export function spansOf(typed: string, weekday: number): OpeningHours[] | null {
  const out: OpeningHours[] = []
  for (const piece of typed.trim().split(/[\s,，;；]+/).filter(Boolean)) {
    const [opens = '', closes = ''] = piece.split(/[-–~]/)
    if (!CLOCK.test(opens) || !CLOCK.test(closes) || opens >= closes) return null
    out.push({ weekday, opens, closes })
  }
  return out
}

export const spansText = (hours: OpeningHours[], weekday: number): string =>
  hours.filter((one) => one.weekday === weekday).sort((a, b) => a.opens.localeCompare(b.opens)).map((one) => `${one.opens}-${one.closes}`).join(' ')

/** Reads a file that a shop's own program wrote: UTF-8, else GB 18030 as Chinese spreadsheets save it. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
