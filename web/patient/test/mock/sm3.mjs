/** SM3 of the platform's own crypto library, for the mock's published draws; the pages have their own. */
import { createHash } from 'node:crypto'

const hash = (...parts) => createHash('sm3').update(Buffer.concat(parts)).digest()

export const sealed = (seedHex) => hash(Buffer.from(seedHex, 'hex')).toString('hex')
export function root(leavesHex) {
  const tree = (leaves) => {
    if (leaves.length === 1) return hash(Buffer.of(0), leaves[0])
    let left = 1
    while (left * 2 < leaves.length) left *= 2
    return hash(Buffer.of(1), tree(leaves.slice(0, left)), tree(leaves.slice(left)))
  }
  return tree(leavesHex.map((one) => Buffer.from(one, 'hex'))).toString('hex')
}
