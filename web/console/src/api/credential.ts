const STAFF = 'yitong.staff-token'
const DEVICE = 'yitong.device-token'

let device = false

/**
 * The bearer token in use. A person's token lives with the browser tab (two people may sit at two windows);
 * a public device's token stays on the device.
 */
export const credential = {
  token: (): string | null => (device ? localStorage.getItem(DEVICE) : sessionStorage.getItem(STAFF)),
  keepStaff: (token: string): void => sessionStorage.setItem(STAFF, token),
  dropStaff: (): void => sessionStorage.removeItem(STAFF),
  hasStaff: (): boolean => sessionStorage.getItem(STAFF) !== null,
  keepDevice: (token: string): void => localStorage.setItem(DEVICE, token),
  hasDevice: (): boolean => localStorage.getItem(DEVICE) !== null,
  /** Public pages speak as the device when it has a token of its own; otherwise as the person signed in here. */
  asDevice(on: boolean): void {
    device = on && localStorage.getItem(DEVICE) !== null
  },
}

/** Takes `?device=<token>` out of the address (before or after the hash) and keeps it; gives the cleaned address. */
export function takeDeviceToken(href: string): { token: string | null; href: string } {
  const url = new URL(href)
  const [route = '', query = ''] = url.hash.split('?')
  const inHash = new URLSearchParams(query)
  const token = url.searchParams.get('device') ?? inHash.get('device')
  url.searchParams.delete('device')
  inHash.delete('device')
  const rest = inHash.toString()
  url.hash = rest ? `${route}?${rest}` : route
  return { token, href: url.toString() }
}
