import { reactive, ref } from 'vue'
import { previewPayment } from '@/api/bills'
import { ApiProblem } from '@/api/problem'
import type { Preview, Problem } from '@/api/types'
import { useLoad, type Load } from './load'
import { wishOf, WITHOUT_INSURANCE, type Target, type Wish } from './paying'

// Before the balance is known a deposit is offered whole: the server takes no more than there is and is owed.
const MOST_FEN = 10 ** 11

/** Who would pay what of a bill, as the person wishes it. When no insurance can be used, the reason is kept in `without`. */
export function usePreview(target: () => Target) {
  const wish = reactive<Wish>({ insurance: true, account: true, deposit: false, commercial: '' })
  const without = ref<Problem | null>(null)
  const load: Load<Preview> = useLoad<Preview>(async () => {
    const deposit = load.data?.deposit_balance_fen ?? MOST_FEN
    try {
      const answer = await previewPayment(wishOf(target(), wish, deposit))
      // An insurer that could not be asked is told on the page; what follows must not ask for it again.
      if (answer.insurance_problem) wish.insurance = false
      else if (wish.insurance) without.value = null
      return answer
    } catch (thrown) {
      if (thrown instanceof ApiProblem && thrown.problem.code === 'no-commercial-policy' && wish.commercial) {
        // The policy was taken off meanwhile: the rest is shown without it.
        wish.commercial = ''
        return await previewPayment(wishOf(target(), wish, deposit))
      }
      const codes: readonly string[] = WITHOUT_INSURANCE
      if (!(thrown instanceof ApiProblem) || !wish.insurance || !codes.includes(thrown.problem.code)) throw thrown
      without.value = thrown.problem
      wish.insurance = false
      return await previewPayment(wishOf(target(), wish, deposit))
    }
  })
  async function change(part: Partial<Wish>): Promise<void> {
    Object.assign(wish, part)
    await load.run()
  }
  return { wish, without, load, change }
}
