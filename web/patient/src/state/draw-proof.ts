import type { Publication } from '@/api/draws'
import { fromHex, toHex } from '@/words/bytes'
import { merkleRoot, sm3 } from '@/words/sm3'

export type Check = 'ok' | 'bad' | 'later'
export interface DrawProof {
  /** The seed that was shown after is the one that was sealed before. */
  seed: Check
  /** The published list of requests has the published root. */
  root: Check
  /** My own request stands in the list; `later` when there is none. */
  mine: Check
  /** Where in the list it stands, from 1. */
  line: number
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** Checks on the phone what a draw published. A value that isn't hexadecimal counts as wrong, never as not checked. */
export function checkDraw(publication: Publication, myLeaf: string | null): DrawProof {
  const { seed, seed_commitment, requests_root, leaves } = publication
  const line = myLeaf === null ? 0 : leaves.findIndex((leaf) => same(leaf, myLeaf)) + 1
  return {
    seed: seed === null ? 'later' : holds(() => same(toHex(sm3(fromHex(seed))), seed_commitment)),
    root: holds(() => same(toHex(merkleRoot(leaves.map(fromHex))), requests_root)),
    mine: myLeaf === null ? 'later' : line > 0 ? 'ok' : 'bad',
    line,
  }
}

function holds(check: () => boolean): Check {
  try {
    return check() ? 'ok' : 'bad'
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'bad'
    throw thrown
  }
}
