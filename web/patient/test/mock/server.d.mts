/** What tests may look into and arrange in the development server. */
export interface World {
  members: { patient_id: string; name: string }[]
  appointments: { id: string; state: string; slot_id: string; channel: string }[]
  requests: string[]
  takeNext: boolean
}
export function startMock(port?: number): Promise<{ url: string; world: World; close: () => Promise<void> }>
