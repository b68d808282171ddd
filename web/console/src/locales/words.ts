/** The same keys with other sentences: an English set that lacks or adds a key doesn't compile. */
export type SameKeys<T> = { [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> }

/** Words of one area of the console, Chinese beside English. */
export function defineWords<const T extends object>(zh: T, en: SameKeys<T>): { zh: T; en: SameKeys<T> } {
  return { zh, en }
}
