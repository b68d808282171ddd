import type { Tag } from './time'

/** Whole fen in plain words: `50 元`, `12.50 元`, `免费`. Throws RangeError for a fraction of a fen: money is never a float here. */
export function feeWords(fen: number, tag: Tag): string {
  if (!Number.isInteger(fen)) throw new RangeError(`not whole fen: ${fen}`)
  if (fen === 0) return tag === 'en' ? 'Free' : '免费'
  const yuan = Math.trunc(fen / 100)
  const rest = Math.abs(fen % 100)
  const number = rest === 0 ? String(yuan) : `${yuan}.${String(rest).padStart(2, '0')}`
  return tag === 'en' ? `¥${number}` : `${number} 元`
}

/** Metres in plain words: `800 米`, `3.2 公里`. */
export function distanceWords(metres: number, tag: Tag): string {
  if (metres < 1000) return tag === 'en' ? `${Math.round(metres / 10) * 10} m` : `${Math.round(metres / 10) * 10} 米`
  const km = metres < 10_000 ? (metres / 1000).toFixed(1) : String(Math.round(metres / 1000))
  return tag === 'en' ? `${km} km` : `${km} 公里`
}
