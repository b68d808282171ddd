import type { Bilingual, Problem } from './types'

/** Thrown for every call that didn't succeed. `problem` always holds sentences that may be shown to a person. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
    this.name = 'ApiProblem'
    // Older mini-program engines lose the prototype of subclassed Error.
    Object.setPrototypeOf(this, ApiProblem.prototype)
  }
}

function local(code: string, status: number, message: Bilingual, next: Bilingual): Problem {
  return { code, status, title: message.zh, message, next, retry: true }
}

/** The phone could not reach the server at all. */
export function offlineProblem(): Problem {
  return local(
    'offline',
    0,
    { zh: '连接不上网络', en: 'No connection' },
    {
      zh: '请检查手机网络，然后点“重试”。您填写的内容还在。',
      en: 'Check your network, then tap “Try again”. What you typed is still here.',
    },
  )
}

/** The server answered with something that isn't a problem document (a proxy's error page, for instance). */
export function unreadableProblem(status: number): Problem {
  return local(
    'unreadable',
    status,
    { zh: '服务暂时不可用', en: 'The service is not available right now' },
    { zh: '请过一分钟再试。', en: 'Please try again in a minute.' },
  )
}

/** What was opened (from an old message, say) is no longer there. */
export function goneProblem(): Problem {
  return local(
    'gone',
    404,
    { zh: '这个号已经不在了', en: 'This place is no longer there' },
    { zh: '可能已经处理过，或者过了时间。', en: 'It was answered already, or its time ran out.' },
  )
}

/** A bill, payment or refund that was opened is not there for this person. */
export function missingProblem(): Problem {
  return local(
    'missing',
    404,
    { zh: '没有找到这条记录', en: 'This record was not found' },
    { zh: '请从账单里重新打开。', en: 'Please open it again from your bills.' },
  )
}

/** Turns whatever an error answer held into a Problem. */
export function problemOf(status: number, body: unknown): Problem {
  const given = body as Partial<Problem> | null
  if (given && typeof given === 'object' && typeof given.code === 'string' && given.message && given.next) {
    return { ...given, status } as Problem
  }
  return unreadableProblem(status)
}

/** Turns anything that was thrown into a Problem; a programming error is not hidden from the console. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof ApiProblem) return thrown.problem
  console.error(thrown)
  return unreadableProblem(0)
}
