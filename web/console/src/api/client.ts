import createClient, { type Middleware } from 'openapi-fetch'
import { credential } from './credential'
import { ApiProblem, offlineProblem, problemFrom } from './problem'
import type { paths } from './schema'

type Listener = () => void
let language = 'zh-CN'
let onUnauthenticated: Listener = () => undefined
let onReached: Listener = () => undefined
let onUnreached: Listener = () => undefined

/** The language in which the server writes titles; follows the language switch. */
export function setRequestLanguage(tag: string): void {
  language = tag
}

/** What the application does when a session has ended, and how it hears whether the server answers. */
export function listen(listeners: { unauthenticated: Listener; reached: Listener; unreached: Listener }): void {
  onUnauthenticated = listeners.unauthenticated
  onReached = listeners.reached
  onUnreached = listeners.unreached
}

export const requestHeaders = (): Record<string, string> => {
  const token = credential.token()
  return { 'Accept-Language': language, ...(token ? { Authorization: `Bearer ${token}` } : {}) }
}

const dress: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(requestHeaders())) request.headers.set(name, value)
    return request
  },
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  // Looked up at each call, so that a test's stub is what answers.
  fetch: (request) => globalThis.fetch(request),
})
api.use(dress)

type Answered<T> = { data?: T; error?: unknown; response: Response }

/** Waits for a call of `api`; gives its data or throws ApiProblem (code `offline` when the server was not reached). */
export async function take<T>(call: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>
  try {
    answer = await call
  } catch (thrown) {
    if (thrown instanceof TypeError || thrown instanceof DOMException) {
      onUnreached()
      throw offlineProblem()
    }
    throw thrown
  }
  if (answer.response.ok) {
    onReached()
    return answer.data as T
  }
  throw refusal(problemFrom(answer.error, answer.response.status, answer.response.headers.get('x-request-id') ?? ''))
}

/** Tells the application what a refusal means for the connection and the session; gives the same problem back. */
export function refusal(problem: ApiProblem): ApiProblem {
  const gateway = problem.code === 'unreadable' && [502, 503, 504].includes(problem.problem.status)
  if (gateway) onUnreached()
  else onReached()
  if (problem.code === 'unauthenticated') onUnauthenticated()
  return problem
}

/** Header of every POST that creates: the id is made before sending, so a retry of the same act is harmless. */
export const idempotency = (key: string = crypto.randomUUID()) => ({ 'Idempotency-Key': key })
