import type { DrawRequest, Publication } from '@/api/draws'
import { fromHex, joined, toHex, utf8 } from '@/words/bytes'
import { merkleRoot, sm3 } from '@/words/sm3'

export type Check = 'ok' | 'bad' | 'later'
export interface DrawProof {
  /** The terms and every request are what their fingerprints say, and the list has the published root. */
  root: Check
  /** The seed that was shown after is the one that was sealed before. */
  seed: Check
  /** Order and places follow from the seed; `later` until it is shown. */
  order: Check
  /** My own request stands in the list and is mine; `later` when there is none. */
  mine: Check
  /** Where in the list it stands, from 1. */
  line: number
}

const [LEAF, IDENTITY, SEED] = [0, 2, 3].map((mark) => Uint8Array.of(mark)) as [Uint8Array, Uint8Array, Uint8Array]

/** JSON with sorted keys and nothing between (RFC 8785; there are no fractions in what is hashed here). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`
}
const digest = (...parts: Uint8Array[]): string => toHex(sm3(joined(...parts)))

/**
 * Checks on the phone what a draw published, against the seal and the root that stood on its page. Anything that can't
 * even be read counts as wrong, never as not checked.
 */
export function checkDraw(
  found: Publication,
  noted: { commitment: string; root: string | null },
  mine: DrawRequest | null,
): DrawProof {
  const line = mine ? found.requests.findIndex((one) => one.leaf === mine.leaf) + 1 : 0
  return {
    root: holds(() => termsFit(found) && requestsFit(found) && (noted.root === null || noted.root === found.root)),
    seed: !found.seed ? 'later' : holds(() => seedFits(found, noted.commitment)),
    order: !found.seed ? 'later' : holds(() => orderFits(found)),
    mine: mine === null ? 'later' : holds(() => line > 0 && isMine(found.terms.draw_id, mine)),
    line,
  }
}

function holds(check: () => boolean): Check {
  try {
    return check() ? 'ok' : 'bad'
  } catch (thrown) {
    if (thrown instanceof RangeError || thrown instanceof TypeError) return 'bad'
    throw thrown
  }
}

const termsFit = ({ terms, terms_digest }: Publication): boolean => digest(utf8(canonical(terms))) === terms_digest

function leafOf(draw: string, { identity, stratum, choices }: Publication['requests'][number]): string {
  return digest(LEAF, utf8(canonical({ choices, draw, identity, stratum })))
}

/** Every leaf is that of its request, in rising order (so none stands twice), one request a person, and the root is theirs. */
function requestsFit({ terms, requests, root }: Publication): boolean {
  const leaves = requests.map((one) => one.leaf)
  return (
    requests.every((one) => leafOf(terms.draw_id, one) === one.leaf) &&
    leaves.every((leaf, i) => i === 0 || leaf > leaves[i - 1]!) &&
    new Set(requests.map((one) => one.identity)).size === requests.length &&
    toHex(merkleRoot(leaves.map(fromHex))) === root
  )
}

function seedFits({ seed, terms, beacon }: Publication, commitment: string): boolean {
  const sealed = digest(fromHex(seed ?? ''))
  return sealed === terms.commitment && sealed === commitment && (terms.beacon_source === null || !!beacon)
}

/** A person's line holds a salted digest of who they are; only they know the salt. */
function isMine(draw: string, { salt, identity, patient_id: id, leaf, stratum, choices }: DrawRequest): boolean {
  const own = digest(IDENTITY, fromHex(salt), fromHex(id.replace(/-/g, '')))
  return own === identity && leafOf(draw, { leaf, identity, stratum, choices }) === leaf
}

function orderFits(found: Publication): boolean {
  const due = allocate(found)
  const results = found.results ?? []
  return (
    due.length === results.length &&
    due.every((one, i) => {
      const said = results[i]!
      return said.leaf === one.leaf && said.ticket === one.ticket && said.slot_id === one.slot_id
    })
  )
}

interface Turn {
  ticket: string
  leaf: string
  choices: string[]
}
type Result = Pick<NonNullable<Publication['results']>[number], 'leaf' | 'ticket' | 'slot_id'>

/**
 * Serves the requests in the order of their lots, class after class: each gets the first wish that still has room. A class
 * with so many places kept for it stops at that number; who is left of it takes part in the last turn with everybody else.
 */
export function allocate({ terms, requests, root, seed, beacon }: Publication): Result[] {
  const lots = sm3(joined(SEED, fromHex(seed ?? ''), sm3(utf8(canonical(terms))), fromHex(root), utf8(beacon ?? '')))
  const room = new Map(terms.slots.map((one) => [one.slot_id, one.places]))
  const results: Result[] = []
  let rest: Turn[] = []
  terms.strata.forEach(({ code, places }, n) => {
    const own = requests
      .filter((one) => one.stratum === code)
      .map(({ leaf, choices }) => ({ leaf, choices, ticket: digest(lots, fromHex(leaf)) }))
    const last = n === terms.strata.length - 1
    const turns = (last ? [...own, ...rest] : own).sort(byTicket)
    if (last) rest = []
    let won = 0
    for (const turn of turns) {
      const free = places === null || won < places ? turn.choices.find((id) => (room.get(id) ?? 0) > 0) : undefined
      if (free === undefined && places !== null) {
        rest.push(turn)
        continue
      }
      if (free !== undefined) {
        room.set(free, room.get(free)! - 1)
        won++
      }
      results.push({ leaf: turn.leaf, ticket: turn.ticket, slot_id: free ?? null })
    }
  })
  return results
}

function byTicket(one: Turn, other: Turn): number {
  if (one.ticket !== other.ticket) return one.ticket < other.ticket ? -1 : 1
  return one.leaf < other.leaf ? -1 : 1
}
