/** The most times of a day that the server keeps for one drug. */
export const MOST_TIMES = 8

const tidy = (times: readonly string[]): string[] => [...new Set(times)].sort().slice(0, MOST_TIMES)

/** Changes one time of the day; a time that is there already is kept once. */
export function changed(times: readonly string[], from: string, to: string): string[] {
  return tidy(times.map((one) => (one === from ? to : one)))
}
export function added(times: readonly string[], time: string): string[] {
  return times.length >= MOST_TIMES ? [...times] : tidy([...times, time])
}
/** Takes one time away. */
export function without(times: readonly string[], time: string): string[] {
  return times.filter((one) => one !== time)
}
