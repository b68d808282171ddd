/** Text and hexadecimal to bytes and back, where neither TextEncoder nor Buffer can be relied on. */

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  const encoded = unescape(encodeURIComponent(text))
  return Uint8Array.from(encoded, (letter) => letter.charCodeAt(0))
}

/** The bytes that hexadecimal digits stand for. Throws RangeError when they are not whole bytes. */
export function fromHex(digits: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new RangeError('not whole bytes in hexadecimal')
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Byte strings one after another. */
export function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
