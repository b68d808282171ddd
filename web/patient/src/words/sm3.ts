/** SM3 (GB/T 32905-2016) in plain arithmetic, so that a phone can check a draw's published list by itself. */
import { joined } from './bytes'

const NODE = Uint8Array.of(1)
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]

const turn = (x: number, by: number): number => (by % 32 === 0 ? x : (x << by % 32) | (x >>> (32 - (by % 32))))
const p0 = (x: number): number => x ^ turn(x, 9) ^ turn(x, 17)
const p1 = (x: number): number => x ^ turn(x, 15) ^ turn(x, 23)

function expand(data: Uint8Array, at: number): Int32Array {
  const w = new Int32Array(68)
  for (let i = 0; i < 16; i++) {
    const j = at + i * 4
    w[i] = (data[j]! << 24) | (data[j + 1]! << 16) | (data[j + 2]! << 8) | data[j + 3]!
  }
  for (let i = 16; i < 68; i++)
    w[i] = p1(w[i - 16]! ^ w[i - 9]! ^ turn(w[i - 3]!, 15)) ^ turn(w[i - 13]!, 7) ^ w[i - 6]!
  return w
}

function block(state: Int32Array, data: Uint8Array, at: number): void {
  const w = expand(data, at)
  let [a, b, c, d, e, f, g, h] = Array.from(state) as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const early = i < 16
    const ss1 = turn((turn(a, 12) + e + turn(early ? 0x79cc4519 : 0x7a879d8a, i)) | 0, 7)
    const ss2 = ss1 ^ turn(a, 12)
    const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = early ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + ss2 + (w[i]! ^ w[i + 4]!)) | 0
    const tt2 = (gg + h + ss1 + w[i]!) | 0
    ;[a, b, c, d, e, f, g, h] = [tt1, a, turn(b, 9), c, p0(tt2), e, turn(f, 19), g]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! ^ word))
}

/** The 32 bytes of the SM3 hash of some bytes. */
export function sm3(data: Uint8Array): Uint8Array {
  const size = data.length
  const padded = new Uint8Array(((size + 72) >> 6) << 6)
  padded.set(data)
  padded[size] = 0x80
  const end = padded.length
  for (let i = 0; i < 4; i++) padded[end - 1 - i] = (size * 8) >>> (8 * i)
  const state = Int32Array.from(START)
  for (let at = 0; at < end; at += 64) block(state, padded, at)
  const out = new Uint8Array(32)
  state.forEach((word, i) => out.set([word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255], i * 4))
  return out
}

/** The root of the Merkle tree of RFC 6962 §2.1 over leaf digests, which carry their own prefix already. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = leaves
  if (level.length === 0) return sm3(new Uint8Array(0))
  // Pairing neighbours and passing an odd one up is the same tree as splitting at the largest power of two.
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i + 1 < level.length; i += 2) above.push(sm3(joined(NODE, level[i]!, level[i + 1]!)))
    if (level.length % 2) above.push(level[level.length - 1]!)
    level = above
  }
  return level[0]!
}
