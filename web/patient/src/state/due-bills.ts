import { readBills } from '@/api/bills'
import type { Bill } from '@/api/types'
import { useLoad } from './load'
import { dueNow } from './stays'

/** What is waiting to be paid, for the pages that lead there: of the family, or of one person at one hospital. */
export function useDueBills(about?: () => { patientId: string; organizationId?: string } | null) {
  return useLoad<Bill[]>(async () => {
    const who = about?.()
    if (about && !who) return []
    const { items } = await readBills('open', who?.patientId)
    return dueNow(
      items.filter(
        (one) => one.outstanding_fen > 0 && (!who?.organizationId || one.organization_id === who.organizationId),
      ),
    )
  })
}
