import type { ChainTransaction, Followed } from '@/api/calls/chain'

/** Digests are shown by their beginning; the whole is in the title and can be copied. */
export const brief = (hex: string): string => (hex.length > 14 ? `${hex.slice(0, 12)}…` : hex)

/** How a transaction's result looks: done, refused by the contract. */
export const tone = (code: string): string => (code === 'ok' ? 'jade' : 'red')

/** Quantities of a part in total, over its lines. */
export const total = (quantities: number[]): number => quantities.reduce((sum, one) => sum + one, 0)

/** Whether a transaction is about a prescription, so that it can be followed. */
export const followable = (one: ChainTransaction): boolean => one.number !== null && one.number !== ''

/** Rounds with the newest first; the number counts from the first. */
export const newestFirst = (found: Followed) => found.rounds.map((round, index) => ({ round, number: index + 1 })).reverse()

/** Keeps what the browser got as a file. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
