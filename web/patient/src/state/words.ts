import { clockWords, dayWords, momentWords, nearDay, shortDate, today, wallOf, weekday } from '@/words/time'
import { amountWords, distanceWords, feeWords } from '@/words/money'
import { preferences } from './preferences'

/** The wording functions, bound to the language on the screen. */
export const fee = (fen: number): string => feeWords(fen, preferences.language)
export const amount = (fen: number): string => amountWords(fen, preferences.language)
export const far = (metres: number): string => distanceWords(metres, preferences.language)
export const day = (date: string): string => dayWords(date, preferences.language)
export const moment = (iso: string): string => momentWords(iso, preferences.language)
export const time = (iso: string): string => clockWords(iso, preferences.language)
export const date = (value: string): string => shortDate(value, preferences.language)
/** Only the clock for today, only the day for anything else: for lists where space is short. */
export const when = (iso: string): string => (wallOf(iso).date === today() ? time(iso) : date(wallOf(iso).date))
/** `明天 上午 8:00`, or the date with its weekday when it is further away. */
export const soon = (iso: string): string => {
  const at = wallOf(iso).date
  return `${nearDay(at, preferences.language) || `${date(at)} ${weekday(at, preferences.language)}`} ${time(iso)}`
}
/** Words that begin with a day, as they stand in the middle of an English sentence: `today` is no name. */
export const midway = (words: string): string =>
  words.replace(/^(Today|Tomorrow)\b/, (near: string) => near.toLowerCase())
