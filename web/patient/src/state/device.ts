import { newKey, useDevice } from '@/api/client'

const KEY = 'yitong.device'

/** Takes the phone's own number, made at its first start: limits count by it, and it says nothing about the person. */
export function loadDevice(): void {
  let id = uni.getStorageSync(KEY) as string
  if (!id || typeof id !== 'string') {
    id = newKey()
    uni.setStorageSync(KEY, id)
  }
  useDevice(id)
}
