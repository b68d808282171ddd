/** The SM3 digest (GB/T 32905-2016) of bytes, as bytes: small, for checking a published draw in the browser. */
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]

const rotate = (x: number, n: number): number => (x << (n % 32)) | (x >>> ((32 - n) % 32))
const p0 = (x: number): number => x ^ rotate(x, 9) ^ rotate(x, 17)
const p1 = (x: number): number => x ^ rotate(x, 15) ^ rotate(x, 23)

/** The message with its padding: one bit, zeros, and its length in bits as 64 bits. */
function padded(message: Uint8Array): DataView {
  const size = Math.ceil((message.length + 9) / 64) * 64
  const bytes = new Uint8Array(size)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(size - 8, Math.floor(message.length / 0x20000000))
  view.setUint32(size - 4, (message.length << 3) >>> 0)
  return view
}

function compress(state: number[], view: DataView, at: number): number[] {
  const w = Array.from({ length: 68 }, () => 0)
  for (let j = 0; j < 16; j++) w[j] = view.getUint32(at + j * 4)
  const of = (j: number): number => w[j] ?? 0
  for (let j = 16; j < 68; j++) w[j] = p1(of(j - 16) ^ of(j - 9) ^ rotate(of(j - 3), 15)) ^ rotate(of(j - 13), 7) ^ of(j - 6)
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let j = 0; j < 64; j++) {
    const a12 = rotate(a, 12)
    const ss1 = rotate((a12 + e + rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7)
    const majority = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const choice = j < 16 ? e ^ f ^ g : (e & f) | (~e & g)
    const t1 = (majority + d + (ss1 ^ a12) + (of(j) ^ of(j + 4))) | 0
    const t2 = (choice + h + ss1 + of(j)) | 0
    ;[a, b, c, d] = [t1, a, rotate(b, 9), c]
    ;[e, f, g, h] = [p0(t2), e, rotate(f, 19), g]
  }
  return [a, b, c, d, e, f, g, h].map((value, n) => value ^ (state[n] ?? 0))
}

export function sm3(message: Uint8Array): Uint8Array {
  const view = padded(message)
  let state = START
  for (let at = 0; at < view.byteLength; at += 64) state = compress(state, view, at)
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((value, n) => out.setUint32(n * 4, value >>> 0))
  return new Uint8Array(out.buffer)
}

export const hexOf = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
