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

/** An exact amount of money, always with its fen: `12.50 元`, `-3.00 元`. Throws RangeError for a fraction of a fen. */
export function amountWords(fen: number, tag: Tag): string {
  const number = yuanNumber(fen)
  return tag === 'en' ? `${fen < 0 ? '-' : ''}¥${number.replace('-', '')}` : `${number} 元`
}

/** Whole fen as yuan with two places and no unit: `12.50`. */
export function yuanNumber(fen: number): string {
  if (!Number.isInteger(fen)) throw new RangeError(`not whole fen: ${fen}`)
  const whole = Math.abs(fen)
  return `${fen < 0 ? '-' : ''}${Math.trunc(whole / 100)}.${String(whole % 100).padStart(2, '0')}`
}

/** A quantity in thousandths without empty places: `2`, `1.5`. */
export function countWords(milli: number): string {
  return String(milli / 1000)
}
