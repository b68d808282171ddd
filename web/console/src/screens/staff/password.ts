const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A password that can be told and typed: four groups of four, no letters that look alike, about 80 bits. */
export function easyPassword(random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  const letters = [...random(new Uint8Array(16))].map((byte) => LETTERS[byte % LETTERS.length])
  return [0, 4, 8, 12].map((from) => letters.slice(from, from + 4).join('')).join('-')
}
