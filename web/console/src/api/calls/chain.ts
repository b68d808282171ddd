import { api, take } from '../client'
import type { components } from '../schema'

/** Calls of the evidence chain's explorer. */
type S = components['schemas']
export type ChainView = S['ChainView']
export type BlockRow = S['BlockRow']
export type BlockView = S['BlockView']
export type ChainTransaction = S['ChainTransaction']
export type Followed = S['FollowedPrescription']
export type SealRow = S['SealRow']
export type Members = S['Members']
export type CheckResult = S['CheckResult']

export const readChain = () => take(api.GET('/api/ledger'))
export const listNewest = () => take(api.GET('/api/ledger/transactions'))
export const listBlocks = (cursor?: string) => take(api.GET('/api/ledger/blocks', { params: { query: { cursor } } }))
export const readBlock = (height: number) => take(api.GET('/api/ledger/blocks/{height}', { params: { path: { height } } }))
export const listSeals = (cursor?: string) => take(api.GET('/api/ledger/seals', { params: { query: { cursor } } }))
export const listMembers = () => take(api.GET('/api/ledger/members'))
/** By number, id or name on the chain. */
export const followPrescription = (q: string) => take(api.GET('/api/ledger/prescriptions', { params: { query: { q } } }))
/** Without a prescription: the chain as a whole. */
export const checkChain = (prescription: string) => take(api.POST('/api/ledger/checks', { body: { prescription } }))
/** A ZIP: what anybody verifies offline, and a page to read. */
export const readEvidence = (q: string) =>
  take(api.GET('/api/ledger/evidence', { params: { query: { q } }, parseAs: 'blob' })) as Promise<unknown> as Promise<Blob>
