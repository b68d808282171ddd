import type { Payment, PaymentPart, PayWish, Preview } from '@/api/types'
import type { ChannelName } from './paying-through'

/** What the payer may decide before paying. */
export interface Wish {
  insurance: boolean
  account: boolean
  deposit: boolean
  /** The commercial policy that pays directly, by its id; empty: none. Its insurer sees the bill's lines, so it is asked only
   *  when the payer wants it. */
  commercial: string
}

/** Why a bill is paid without the insurance although it was wished for: the payer is told, and pays the whole. */
export const WITHOUT_INSURANCE = [
  'not-insured',
  'insurance-credential-missing',
  'insurance-disagrees',
  'diagnosis-missing',
] as const

export interface Target {
  organization_id: string
  bill_id: string
  /** Of the bill's code, when the bill is somebody else's. */
  pay_token?: string
}

/** The wish as it goes over the wire. A deposit takes all it can: the server never takes more than there is. */
export function wishOf(target: Target, wish: Wish, depositFen: number): PayWish {
  const policy = (!target.pay_token && wish.commercial) || null
  return {
    organization_id: target.organization_id,
    bill_id: target.bill_id,
    pay_token: target.pay_token ?? null,
    use_insurance: wish.insurance && !target.pay_token,
    use_account: wish.account,
    deposit_fen: wish.deposit ? depositFen : 0,
    use_commercial: Boolean(policy),
    coverage_id: policy,
  }
}

/** The channels to name in a payment: none when nothing is left to the payer. */
export function choiceOf(preview: Preview, channel: ChannelName, scene: 'h5' | 'jsapi') {
  return preview.own_fen > 0 ? [{ channel, scene, payer: '' }] : []
}

export type Phase =
  | 'waiting'
  | 'window'
  | 'insurer'
  | 'settling'
  | 'slow'
  | 'undoing'
  | 'settled'
  | 'refunding'
  | 'refunded'
  | 'failed'
/** After so long without news the page says that it takes longer than usual. */
export const SLOW_AFTER_MS = 20_000

/** What a payment looks like to its payer. `watchedMs`: how long this phone has waited for news. */
export function phaseOf(payment: Payment, watchedMs: number): Phase {
  switch (payment.state) {
    case 'settled':
      return payment.refunds.some((one) => !one.ended_at) ? 'refunding' : 'settled'
    case 'part_refunded':
      return payment.refunds.some((one) => !one.ended_at) ? 'refunding' : 'refunded'
    case 'refunded':
      return 'refunded'
    case 'failed':
      return 'failed'
    case 'compensating':
      return 'undoing'
  }
  const part = waitingPart(payment)
  if (part && !payment.stuck) return part.channel === 'cash' ? 'window' : 'waiting'
  if (payment.parts.some((one) => one.kind === 'commercial' && one.state === 'waiting') && !payment.stuck)
    return 'insurer'
  return payment.stuck || watchedMs > SLOW_AFTER_MS ? 'slow' : 'settling'
}

/** The part that waits for the payer, if one does: of insurance and cash in one order, the cash; a commercial insurer
 * that thinks for a while does not wait for the payer. */
export function waitingPart(payment: Payment): PaymentPart | null {
  const waiting = payment.parts.filter((one) => one.state === 'waiting' && one.kind !== 'commercial')
  return waiting.find((one) => one.kind === 'channel') ?? waiting[0] ?? null
}

/** How long until the payment is asked about again. */
export function nextPollMs(watchedMs: number): number {
  return watchedMs < 60_000 ? 2_000 : 5_000
}

/** Whether the payer can still call it off. */
export function cancellable(payment: Payment): boolean {
  return payment.state === 'pre_settled' || payment.state === 'settling'
}

export interface Share {
  key: string
  kind: 'fund' | 'account' | 'hospital' | 'insurance' | 'commercial' | 'deposit' | 'own'
  text: PaymentPart['text'] | null
  amount_fen: number
  state: string
  state_text: PaymentPart['state_text']
}
/** Who pays what of a payment; an insurance is told apart into its fund and the personal account. What was settled anew
 *  after a partial refund stands in the place of what it replaced. */
export function sharesOf(payment: Payment): Share[] {
  const inForce = (kind: string) => payment.parts.filter((one) => one.kind === kind).pop()
  return payment.parts.flatMap((part): Share[] => {
    const rest = { state: part.state, state_text: part.state_text }
    if (part.kind === 'commercial' && part !== inForce('commercial')) return []
    if (part.kind !== 'insurance')
      return [
        {
          key: part.id,
          kind: part.kind === 'channel' ? 'own' : (part.kind as Share['kind']),
          text: part.text,
          amount_fen: part.amount_fen,
          ...rest,
        },
      ]
    if (part !== inForce('insurance')) return []
    return (['fund', 'account', 'hospital'] as const)
      .map((kind): Share => ({ key: part.id + kind, kind, text: null, amount_fen: part[`${kind}_fen`], ...rest }))
      .filter((one) => one.amount_fen > 0)
  })
}
