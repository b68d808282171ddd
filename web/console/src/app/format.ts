import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Words } from '@/api/types'

let zone = 'Asia/Shanghai'

/** The region's time zone (IANA name, from the public settings): a day is the hospital's day, wherever the browser is. */
export function setZone(name: string): void {
  zone = name
}

const cache = new Map<string, Intl.DateTimeFormat>()
function formatter(kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${kind}|${zone}`
  let found = cache.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', ...options })
    cache.set(key, found)
  }
  return found
}

/** `2026-11-22T09:30:00+08:00` → `09:30`, on the hospital's clock. */
export const clock = (iso: string | null | undefined): string =>
  iso ? formatter('clock', { hour: '2-digit', minute: '2-digit' }).format(new Date(iso)) : '–'

export const clockSeconds = (iso: string): string =>
  formatter('seconds', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(iso))

/** The hospital's day of an instant, `YYYY-MM-DD`. */
export const dayOf = (at: string | Date): string =>
  formatter('day', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))

/** The instant at which the hospital's day begins, as ISO text in UTC. */
export function startOfDay(day: string): string {
  const guess = Date.parse(`${day}T00:00:00Z`)
  const wall = Date.parse(`${dayOf(new Date(guess))}T${clockSeconds(new Date(guess).toISOString())}Z`)
  return new Date(guess - (wall - guess)).toISOString()
}

export const today = (): string => dayOf(new Date())

/** A day some days later, `YYYY-MM-DD`; counted on the calendar, not in hours. */
export function plusDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** 1 Monday … 7 Sunday (ISO 8601). */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7
}

export const mondayOf = (day: string): string => plusDays(day, 1 - weekdayOf(day))

/** `2026-11-22` → `11-22`. */
export const shortDay = (day: string): string => day.slice(5)

export const stamp = (iso: string | null | undefined): string => (iso ? `${shortDay(dayOf(iso))} ${clock(iso)}` : '–')
export const longStamp = (iso: string): string => `${dayOf(iso)} ${clockSeconds(iso)}`

/** Whole fen → yuan with two places, no floating point on the way. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100)
  return `${fen < 0 ? '-' : ''}${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')}`
}

export const minutesSince = (iso: string, now: number): number => Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000))

/** Words and names in the language of the screen. */
export function useSpoken() {
  const { t, te, locale } = useI18n()
  const english = computed(() => locale.value === 'en')
  const said = (words: Words | null | undefined): string => (words ? (english.value ? words.en : words.zh) : '')
  const named = (zh: string | null | undefined, en: string | null | undefined): string => (english.value ? en || zh : zh) ?? ''
  /** A code in words where we have them, the code itself where not: an unknown state must stay visible. */
  const coded = (group: string, code: string | null | undefined): string => {
    if (!code) return '–'
    const key = `shell.${group}.${code}`
    return te(key) ? t(key) : code
  }
  const sexAge = (person: { sex: string; age_years: number }) => `${coded('sex', person.sex)} · ${t('shell.age', { n: person.age_years })}`
  const weekday = (day: string) => t(`shell.weekday.d${weekdayOf(day)}`)
  const money = (fen: number | null | undefined) => (fen === null || fen === undefined ? '–' : t('shell.yuan', { amount: yuan(fen) }))
  return { t, said, named, coded, sexAge, weekday, money, english }
}
