import type { Items } from '@/api/types'
import { useLoad, type Load } from './load'

export interface Pages<T> extends Load<Items<T>> {
  /** Reads what comes after the last item, when there is more. A failure leaves the list as it is and may be tried again. */
  more: () => Promise<void>
}

/** A long list that a page reads piece by piece as the person scrolls. */
export function usePages<T, A extends Items<T> = Items<T>>(
  read: (cursor?: string) => Promise<A>,
): Pages<T> & { data: A | null } {
  const load = useLoad<A>(() => read()) as Pages<T> & { data: A | null }
  let reading = false
  load.more = async () => {
    const before = load.data
    if (!before?.next || reading || load.busy) return
    reading = true
    try {
      const after = await read(before.next)
      // The list may have been read anew (another person, another filter) while this was on its way.
      if (load.data === before) load.data = { ...after, items: [...before.items, ...after.items] }
    } catch {
      // What is shown stays; the next scroll to the end asks again, and the offline bar says why nothing came.
    } finally {
      reading = false
    }
  }
  return load
}
