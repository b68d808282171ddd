/** SHA-256 (FIPS 180-4) in plain arithmetic: the mini-program has no `crypto`, and a proof of work needs many small ones. */
const K = new Int32Array(64)
const START = new Int32Array(8)

// The constants are the first 32 bits of the fractions of the square and cube roots of the first primes.
function fraction(root: number): number {
  return ((root - Math.floor(root)) * 0x100000000) | 0
}
for (let found = 0, candidate = 2; found < 64; candidate++) {
  let prime = true
  for (let by = 2; by * by <= candidate; by++) if (candidate % by === 0) prime = false
  if (!prime) continue
  if (found < 8) START[found] = fraction(Math.sqrt(candidate))
  K[found++] = fraction(Math.cbrt(candidate))
}

const W = new Int32Array(64)

function block(state: Int32Array, data: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const j = at + i * 4
    W[i] = (data[j]! << 24) | (data[j + 1]! << 16) | (data[j + 2]! << 8) | data[j + 3]!
  }
  for (let i = 16; i < 64; i++) {
    const [x, y] = [W[i - 15]!, W[i - 2]!]
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

/** The eight 32-bit words of the hash of some bytes. */
export function sha256(data: Uint8Array): Int32Array {
  const size = data.length
  const padded = new Uint8Array(((size + 72) >> 6) << 6)
  padded.set(data)
  padded[size] = 0x80
  const end = padded.length
  padded[end - 4] = size >>> 21
  padded[end - 3] = size >>> 13
  padded[end - 2] = size >>> 5
  padded[end - 1] = size << 3
  const state = START.slice()
  for (let at = 0; at < end; at += 64) block(state, padded, at)
  return state
}

/** How many bits of a hash are nought before its first one. */
export function leadingZeroBits(words: Int32Array): number {
  let bits = 0
  for (const word of words) {
    if (word !== 0) return bits + Math.clz32(word)
    bits += 32
  }
  return bits
}
