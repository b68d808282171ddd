import { readOrganization } from '@/api/care'
import { place } from './place'

export interface Around {
  latitude: number
  longitude: number
  /** The person said no, or the phone does not know: distances are counted from the hospital that wrote the prescription. */
  hospital: boolean
}

/** The point from which pharmacies are looked for: the phone's place if the person gave it, else the hospital's. */
export async function pointAround(organizationId: string): Promise<Around | null> {
  const { latitude, longitude } = place.point
  if (latitude !== undefined && longitude !== undefined) return { latitude, longitude, hospital: false }
  const hospital = await readOrganization(organizationId)
  return hospital.latitude === null || hospital.longitude === null
    ? null
    : { latitude: hospital.latitude, longitude: hospital.longitude, hospital: true }
}
