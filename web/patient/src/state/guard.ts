import { getCurrentInstance, onUnmounted, reactive } from 'vue'
import { ApiProblem } from '@/api/problem'
import type { Problem } from '@/api/types'
import { solve } from './proof'

export type Answers = Record<string, string>
export interface Guard {
  /** What the server wants before it does what was asked. */
  phase: 'none' | 'room' | 'proof' | 'code'
  ahead: number
  place: number
  /** How much of a proof's expected work is done, 0–1. */
  share: number
  problem: Problem | null
}
export interface GuardRunner extends Guard {
  /** Does something that the server may make wait for a turn, a proof or a phone code, and repeats it with the answers. */
  run: <T>(act: (answers: Answers) => Promise<T>) => Promise<T>
  /** The person typed the code: `challenge_id.code`. */
  answer: (code: string) => void
  /** Gives up: what was asked is rejected with the problem that stood in the way. */
  leave: () => void
}

/** A turn may come after a long time; proofs and codes are asked again only when they ran out. */
const MOST_PROOFS = 3
const MOST_CODES = 5

/** Waits, solves and asks on behalf of one page. Everything stops when the page goes. */
export function useGuard(pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))): GuardRunner {
  let turn = 0
  let onCode: ((code: string | null) => void) | null = null
  const guard = reactive({
    phase: 'none',
    ahead: 0,
    place: 0,
    share: 0,
    problem: null,
    async run<T>(act: (answers: Answers) => Promise<T>): Promise<T> {
      const mine = ++turn
      const over = (): boolean => mine !== turn
      const answers: Answers = {}
      const asked = { proofs: 0, codes: 0 }
      try {
        for (;;) {
          try {
            return await act({ ...answers })
          } catch (thrown) {
            if (over() || !(thrown instanceof ApiProblem)) throw thrown
            if (!(await meet(thrown.problem, answers, asked, over)) || over()) throw thrown
          }
        }
      } finally {
        if (!over()) rest()
      }
    },
    answer(code: string) {
      onCode?.(code)
    },
    leave() {
      turn++
      onCode?.(null)
      rest()
    },
  }) as GuardRunner

  const rest = (): unknown => Object.assign(guard, { phase: 'none', problem: null, share: 0 })

  /** Gets what the server asked for into `answers`. False when this is another kind of refusal, or was given up. */
  async function meet(
    problem: Problem,
    answers: Answers,
    asked: { proofs: number; codes: number },
    over: () => boolean,
  ): Promise<boolean> {
    if (problem.code === 'waiting-room' && problem.ticket) {
      Object.assign(guard, { phase: 'room', ahead: problem.ahead ?? 0, place: problem.place ?? 0 })
      answers['X-Ticket'] = problem.ticket
      await pause(Math.max(0.5, problem.poll_after_s ?? 3) * 1000)
      return true
    }
    if (problem.code === 'proof-needed' && problem.challenge && asked.proofs++ < MOST_PROOFS) {
      Object.assign(guard, { phase: 'proof', share: 0 })
      const { challenge, difficulty_bits = 0 } = problem
      const proof = await solve({ challenge, difficulty_bits }, over, (share) => (guard.share = share))
      if (proof) answers['X-Proof'] = proof
      return proof !== null
    }
    if (problem.code === 'proof-wrong' && answers['X-Proof']) {
      // Used up or too old: without it the server sets a new puzzle.
      delete answers['X-Proof']
      return true
    }
    if (isCode(problem) && asked.codes++ < MOST_CODES) {
      Object.assign(guard, { phase: 'code', problem })
      const code = await new Promise<string | null>((resolve) => (onCode = resolve))
      onCode = null
      if (code) answers['X-Phone-Code'] = code
      return code !== null
    }
    return false
  }

  if (getCurrentInstance()) onUnmounted(() => guard.leave())
  return guard
}

/** With these a new code has to be sent; after `code-wrong` the same one can be typed again. */
export const NEW_CODE = ['code-expired', 'code-used', 'code-too-many-tries']
const CODE_PROBLEMS = ['phone-code-needed', 'code-wrong', ...NEW_CODE]

/** A code is asked for, or the one that was given is wrong or too old and another may be typed. */
function isCode(problem: Problem): boolean {
  return CODE_PROBLEMS.includes(problem.code)
}
