import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { StreamState } from '@/api/stream'

/** What the person should know about the line to the server: requests and live streams seen together. */
export const useConnection = defineStore('connection', () => {
  const browserOnline = ref(navigator.onLine)
  const reached = ref(true)
  const streams = ref<Record<string, StreamState>>({})

  window.addEventListener('online', () => (browserOnline.value = true))
  window.addEventListener('offline', () => (browserOnline.value = false))

  function setStream(name: string, state: StreamState): void {
    if (state === 'stopped') delete streams.value[name]
    else streams.value[name] = state
  }

  const state = computed<'offline' | 'reconnecting' | 'live' | 'online'>(() => {
    if (!browserOnline.value || !reached.value) return 'offline'
    const all = Object.values(streams.value)
    if (all.includes('retrying')) return 'reconnecting'
    return all.includes('live') ? 'live' : 'online'
  })

  return { reached, setStream, state }
})
