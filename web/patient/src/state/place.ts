import { reactive } from 'vue'
import type { Point } from '@/api/care'

/** Where the phone is, if the person allowed it; only used to say how far a hospital is. */
export const place = reactive<{ point: Point; asked: boolean; refused: boolean }>({
  point: {},
  asked: false,
  refused: false,
})

/** Asks the phone for its place. Resolves in any case; without a place distances are simply not shown. */
export async function askPlace(): Promise<void> {
  place.asked = true
  try {
    place.point = await locate()
    place.refused = false
  } catch {
    place.refused = true
  }
}

function locate(): Promise<Point> {
  // The browser is asked directly: the framework's own call carries several map services' clients into the build.
  // #ifdef H5
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error('no geolocation'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }),
      reject,
      { timeout: 8000 },
    )
  })
  // #endif
  // #ifndef H5
  return uni.getLocation({ type: 'wgs84' }).then(({ latitude, longitude }) => ({ latitude, longitude }))
  // #endif
}
