import { onUnmounted, ref, type Ref } from 'vue'

/** The phone's clock in epoch milliseconds, moving every second while the page lives. */
export function useClock(): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  onUnmounted(() => clearInterval(timer))
  return now
}
