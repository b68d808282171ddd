import type { DrawPublication } from '@/api/calls/draws'
import { bytesOf, hexOf, sm3 } from './sm3'

/** What the browser recomputes of a published draw; the whole of it, places included, is done by `yitong verify draw`. */
export const CHECKS = ['terms', 'leaves', 'root', 'commitment', 'order'] as const
export type CheckName = (typeof CHECKS)[number]
export type Check = { name: CheckName; state: 'agrees' | 'differs' | 'waits' }

const text = new TextEncoder()
function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
const tagged = (tag: number, ...parts: Uint8Array[]) => sm3(joined(Uint8Array.of(tag), ...parts))

/** Texts, whole numbers, lists and mappings in the canonical form of RFC 8785. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

export const leafOf = (draw: string, request: { identity: string; stratum: string; choices: string[] }): string =>
  hexOf(tagged(0, text.encode(canonical({ choices: request.choices, draw, identity: request.identity, stratum: request.stratum }))))

/** The root of the Merkle tree (RFC 6962 §2.1, with SM3) over leaves in hexadecimal. */
export function rootOf(leaves: string[]): string {
  let level = leaves.map(bytesOf)
  if (!level.length) return hexOf(sm3(new Uint8Array()))
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let n = 0; n < level.length; n += 2) {
      const [left, right] = [level[n], level[n + 1]]
      // An odd one goes up as it is, which is the same tree as splitting at the largest power of two.
      if (left) above.push(right ? tagged(1, left, right) : left)
    }
    level = above
  }
  return hexOf(level[0] ?? new Uint8Array())
}

/** The secret seed bound to the terms, to all requests and to the public value. */
export const finalSeed = (found: DrawPublication): Uint8Array =>
  tagged(3, bytesOf(found.seed ?? ''), bytesOf(found.terms_digest), bytesOf(found.root), text.encode(found.beacon ?? ''))

/** Recomputes a published file step by step; what the draw has not published yet waits. */
export function check(found: DrawPublication): Check[] {
  const state = (agrees: boolean) => (agrees ? 'agrees' : 'differs')
  const terms = hexOf(sm3(text.encode(canonical(found.terms)))) === found.terms_digest
  const leaves = found.requests.every((request) => leafOf(found.terms.draw_id, request) === request.leaf)
  const root = rootOf(found.requests.map((request) => request.leaf)) === found.root
  const first: Check[] = [{ name: 'terms', state: state(terms) }, { name: 'leaves', state: state(leaves) }, { name: 'root', state: state(root) }]
  if (!found.seed) return [...first, { name: 'commitment', state: 'waits' }, { name: 'order', state: 'waits' }]
  const seed = finalSeed(found)
  const tickets = found.results.every((result) => hexOf(sm3(joined(seed, bytesOf(result.leaf)))) === result.ticket)
  return [...first, { name: 'commitment', state: state(hexOf(sm3(bytesOf(found.seed))) === found.terms.commitment) }, { name: 'order', state: state(tickets) }]
}
