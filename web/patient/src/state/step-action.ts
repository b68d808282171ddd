import type { StepAction } from '@/api/types'
import { go, openTab } from './routes'

/** Opens the page where the journey's next step is done. */
export function followAction(action: StepAction, organizationId: string): void {
  const params = { id: action.appointment_id, organization_id: organizationId }
  switch (action.kind) {
    case 'show_card':
      return openTab('card')
    case 'queue':
      return go('queue/index', params)
    case 'rebook':
      return go('appointments/detail', { ...params, rebook: 1 })
    case 'check_in':
    case 'open_appointment':
      return go('appointments/detail', params)
  }
}
