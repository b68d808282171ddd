import { api, idempotency, take } from './client'

type Init = { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown; key?: string }
type Answered = { data?: unknown; error?: unknown; response: Response }
type Loose = (path: string, init: { params: { path?: object; query?: object }; body?: unknown; headers?: Record<string, string> }) => Promise<Answered>
const loose = api as unknown as Record<'GET' | 'POST' | 'PUT' | 'DELETE', Loose>

/**
 * Asks an address of the contract whose answer the generated schema does not hold; `T` is stated by the area's own file
 * in `calls/`, which names every field it uses. `key` is the id of a creating act. Throws ApiProblem as `take` does.
 */
export const ask = <T>(method: keyof typeof loose, address: string, { path, query, body, key }: Init = {}): Promise<T> =>
  take(loose[method](address, { params: { path, query }, body, headers: key ? idempotency(key) : undefined })) as Promise<T>

export type Listed<T> = { items: T[]; next?: string | null }
