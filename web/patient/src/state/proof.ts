import { utf8 } from '@/words/bytes'
import { leadingZeroBits, sha256 } from '@/words/sha256'

export interface Puzzle {
  challenge: string
  difficulty_bits: number
}

/** Long enough to be worth a turn, short enough that the screen keeps moving on a slow phone. */
const SLICE_MS = 12

/**
 * Finds a nonce so that SHA-256 of `challenge.nonce` begins with the asked number of nought bits, in short slices between
 * which the screen is drawn (a mini-program's worker would need files of its own). Resolves with `challenge.nonce`, the
 * value of the X-Proof header; with null when `stopped` says so. `onShare` hears how much of the expected work is done, 0–1.
 */
export async function solve(
  { challenge, difficulty_bits: bits }: Puzzle,
  stopped: () => boolean = () => false,
  onShare: (share: number) => void = () => undefined,
): Promise<string | null> {
  const head = utf8(`${challenge}.`)
  const expected = 2 ** bits
  for (let nonce = 0; ; ) {
    const until = Date.now() + SLICE_MS
    do {
      const text = String(nonce)
      const data = new Uint8Array(head.length + text.length)
      data.set(head)
      for (let i = 0; i < text.length; i++) data[head.length + i] = text.charCodeAt(i)
      if (leadingZeroBits(sha256(data)) >= bits) return `${challenge}.${text}`
      nonce++
    } while (nonce % 256 !== 0 || Date.now() < until)
    if (stopped()) return null
    // Luck is uneven: the share nears one without reaching it.
    onShare(1 - Math.exp(-nonce / expected))
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}
