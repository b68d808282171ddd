import type { components } from './schema'

type S = components['schemas']
export type Words = S['Bilingual']

/** The body of every refusal (RFC 9457); one shape for all calls, so the generated types don't repeat it at each of them. */
export type Problem = {
  type: string
  code: string
  status: number
  title: string
  message: Words
  next: Words
  retry: boolean
  retry_after?: number | null
  errors?: { field: string; code: string; message: Words }[] | null
  conflict?: { kind: string; id: string; text: Words } | null
  alternatives?: S['SlotOffer'][] | null
  request_id: string
}

/** A refusal of the server (RFC 9457) or of the network, thrown by every call so that screens handle one kind of error. */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`)
    this.name = 'ApiProblem'
    this.problem = problem
  }

  get code(): string {
    return this.problem.code
  }

  /** True when nothing was heard from the server: the last data may still be shown, marked as old. */
  get offline(): boolean {
    return this.problem.code === 'offline'
  }
}

const texts: Record<'offline' | 'unreadable', { title: string; message: Words; next: Words }> = {
  offline: {
    title: '连不上服务器',
    message: { zh: '现在连不上服务器。', en: 'The server cannot be reached right now.' },
    next: { zh: '请检查网络；恢复后会自动重连，也可点“重试”。', en: 'Check the network; it reconnects by itself, or press Retry.' },
  },
  unreadable: {
    title: '服务器的回答无法识别',
    message: { zh: '服务器给出了无法识别的回答。', en: 'The server gave an answer that cannot be read.' },
    next: { zh: '请稍后重试；若一直如此，请联系信息科。', en: 'Try again shortly; if it persists, tell the IT desk.' },
  },
}

function local(kind: 'offline' | 'unreadable', status: number, requestId = ''): Problem {
  return { type: `/problems/${kind}`, code: kind, status, retry: true, request_id: requestId, ...texts[kind] }
}

export const offlineProblem = (): ApiProblem => new ApiProblem(local('offline', 0))

/** Takes any answer body and status; gives a whole problem even when the body is not one (a proxy's HTML page, say). */
export function problemFrom(body: unknown, status: number, requestId = ''): ApiProblem {
  if (body && typeof body === 'object' && 'code' in body && 'message' in body && typeof body.message === 'object') {
    return new ApiProblem(body as Problem)
  }
  return new ApiProblem(local('unreadable', status, requestId))
}

/** Whatever was thrown, as an ApiProblem; programming errors are thrown on so that they stay loud. */
export function asProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown
  throw thrown
}
