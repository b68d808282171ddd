/** Wall-clock words. Times come with the hospital's own offset, so what is written in the string is what its clock shows. */
export type Tag = 'zh-Hans' | 'en'
export interface Wall {
  date: string
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

const OFFSETS: Record<string, number> = {
  'Asia/Shanghai': 480,
  'Asia/Chongqing': 480,
  'Asia/Urumqi': 360,
  'Asia/Hong_Kong': 480,
}
let regionOffset = 480

/** Sets the region's zone, used for "today" and for times written in UTC. Unknown zones keep China standard time. */
export function useRegionZone(zone: string): void {
  regionOffset = OFFSETS[zone] ?? 480
}

const two = (value: number) => String(value).padStart(2, '0')

/** The wall clock of an instant (epoch milliseconds) in the region. */
export function wallAt(epoch: number): Wall {
  const shifted = new Date(epoch + regionOffset * 60_000)
  const [year, month, day] = [shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate()]
  return {
    date: `${year}-${two(month)}-${two(day)}`,
    year,
    month,
    day,
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
  }
}

/** The wall clock written in an ISO 8601 time; `Z` is brought to the region's zone. */
export function wallOf(iso: string): Wall {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(iso)
  if (!found || iso.endsWith('Z')) return wallAt(epochOf(iso))
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [number, number, number, number, number]
  return { date: iso.slice(0, 10), year, month, day, hour, minute }
}

/** Epoch milliseconds of an ISO 8601 time. Fractions are cut to milliseconds: older phones refuse six digits. */
export function epochOf(iso: string): number {
  return Date.parse(iso.replace(/(\.\d{3})\d+/, '$1'))
}

export const today = (): string => wallAt(Date.now()).date

export function addDays(date: string, days: number): string {
  const moved = new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000)
  return moved.toISOString().slice(0, 10)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

const WEEKDAYS = {
  'zh-Hans': ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NEAR = { 'zh-Hans': ['今天', '明天', '后天'], en: ['Today', 'Tomorrow'] }

export function weekday(date: string, tag: Tag): string {
  return WEEKDAYS[tag][new Date(`${date}T00:00:00Z`).getUTCDay()]!
}

/** 今天 / 明天 / 后天, or nothing when the day is further away. */
export function nearDay(date: string, tag: Tag, now = today()): string {
  return NEAR[tag][daysBetween(now, date)] ?? ''
}

/** `11月24日 周二`, with 今天/明天 in front when it is near; the year only when it differs. */
export function dayWords(date: string, tag: Tag, now = today()): string {
  const near = nearDay(date, tag, now)
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  const otherYear = date.slice(0, 4) !== now.slice(0, 4)
  if (tag === 'en') {
    const plain = `${weekday(date, tag)} ${day} ${MONTHS[month - 1]}${otherYear ? ` ${year}` : ''}`
    return near ? `${near}, ${plain}` : plain
  }
  return `${near ? `${near} ` : ''}${otherYear ? `${year}年` : ''}${month}月${day}日 ${weekday(date, tag)}`
}

export function shortDate(date: string, tag: Tag): string {
  const [, month, day] = date.split('-').map(Number) as [number, number, number]
  return tag === 'en' ? `${day} ${MONTHS[month - 1]}` : `${month}月${day}日`
}

/** `9:30`. */
export function clock(iso: string): string {
  const { hour, minute } = wallOf(iso)
  return `${hour}:${two(minute)}`
}

/** `上午 9:30` / `9:30 am`: morning and afternoon said in words, as people in a hospital do. */
export function clockWords(iso: string, tag: Tag): string {
  const { hour, minute } = wallOf(iso)
  const half = hour > 12 ? hour - 12 : hour
  if (tag === 'en') return `${half === 0 ? 12 : half}:${two(minute)} ${hour < 12 ? 'am' : 'pm'}`
  const part = hour < 6 ? '凌晨' : hour < 12 ? '上午' : hour < 13 ? '中午' : hour < 18 ? '下午' : '晚上'
  return `${part} ${half}:${two(minute)}`
}

/** Day and clock together. */
export function momentWords(iso: string, tag: Tag, now = today()): string {
  return `${dayWords(wallOf(iso).date, tag, now)}${tag === 'en' ? ', ' : ' '}${clockWords(iso, tag)}`
}

/** `4:05` from seconds. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds))
  return `${Math.floor(left / 60)}:${two(left % 60)}`
}

/** `2:04:05` from seconds, or `4:05` below an hour. */
export function longCountdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds))
  const hours = Math.floor(left / 3600)
  return hours ? `${hours}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}` : countdown(left)
}
