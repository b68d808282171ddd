import { encode } from 'uqr'

/**
 * Draws a QR code as a PNG in a data address, with nothing but arithmetic: the same picture in the browser and in the
 * mini-program, which has neither inline SVG nor a canvas that can be relied on. One grey bit a pixel, stored uncompressed.
 */
export function qrPicture(text: string, scale = 8, quiet = 3): string {
  const { data } = encode(text, { ecc: 'M', border: quiet })
  return `data:image/png;base64,${base64(png(data, scale))}`
}

/** Gives the bytes of a one-bit grey PNG; a true module is black. */
export function png(modules: boolean[][], scale: number): Uint8Array {
  const side = modules.length * scale
  const rowBytes = Math.ceil(side / 8)
  const raw = new Uint8Array((rowBytes + 1) * side)
  for (let y = 0; y < side; y++) {
    const row = modules[Math.floor(y / scale)]!
    const start = y * (rowBytes + 1) + 1
    for (let x = 0; x < side; x++) if (!row[Math.floor(x / scale)]) raw[start + (x >> 3)]! |= 0x80 >> (x & 7)
  }
  const head = [...word(side), ...word(side), 1, 0, 0, 0, 0]
  return Uint8Array.from([
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    ...chunk('IHDR', head),
    ...chunk('IDAT', zlibStored(raw)),
    ...chunk('IEND', []),
  ])
}

function word(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

function chunk(kind: string, body: number[]): number[] {
  const named = [...Array.from(kind, (letter) => letter.charCodeAt(0)), ...body]
  return [...word(body.length), ...named, ...word(crc32(named))]
}

/** RFC 1950/1951 with stored blocks of at most 65,535 bytes. */
function zlibStored(raw: Uint8Array): number[] {
  const out = [0x78, 0x01]
  for (let at = 0; at < raw.length; at += 65_535) {
    const part = raw.subarray(at, at + 65_535)
    const size = part.length
    out.push(at + size >= raw.length ? 1 : 0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255)
    for (const byte of part) out.push(byte)
  }
  let a = 1
  let b = 0
  for (const byte of raw) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  out.push(...word(((b << 16) | a) >>> 0))
  return out
}

function crc32(bytes: number[]): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    out += LETTERS[a >> 2]! + LETTERS[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    out += b === undefined ? '=' : LETTERS[((b & 15) << 2) | ((c ?? 0) >> 6)]!
    out += c === undefined ? '=' : LETTERS[c & 63]!
  }
  return out
}
