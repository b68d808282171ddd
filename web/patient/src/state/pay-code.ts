/** The token in what a bill's code says: its whole address, or the token itself; null when it is neither. */
export function tokenIn(text: string): string | null {
  const given = text.trim()
  const found = /[?&]token=([^&#\s]+)/.exec(given)
  if (found) return decodeURIComponent(found[1]!)
  return /^[\w-]{16,64}$/.test(given) ? given : null
}
