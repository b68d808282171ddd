import { reactive } from 'vue'
import type { Point } from '@/api/care'

/** Where the phone is, if the person allowed it; only used to say how far a hospital is. */
export const place = reactive<{ point: Point; asked: boolean; refused: boolean }>({ point: {}, asked: false, refused: false })

/** Asks the phone for its place. Resolves in any case; without a place distances are simply not shown. */
export function askPlace(): Promise<void> {
  place.asked = true
  return new Promise((resolve) => {
    uni.getLocation({
      type: 'wgs84',
      success: ({ latitude, longitude }) => {
        place.point = { latitude, longitude }
        place.refused = false
        resolve()
      },
      fail: () => {
        place.refused = true
        resolve()
      },
    })
  })
}
