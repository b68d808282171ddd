import { computed, ref } from 'vue'
import { onHide, onLoad, onShow, onUnload } from '@dcloudio/uni-app'
import { readPart } from '@/api/prescriptions'
import { ApiProblem, asProblem } from '@/api/problem'
import { follow } from '@/api/stream'
import type { PartView, Problem } from '@/api/types'
import { useClock } from './clock'
import { useLoad } from './load'
import { choicesOf } from './parts'
import { told } from './routes'
import { signedIn } from './session'

/** One part of a prescription as a page shows it: read, followed while the page is on top, and acted upon. */
export function usePart() {
  const id = ref('')
  const organizationId = ref('')
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  const now = useClock()
  const load = useLoad(() => readPart(id.value, organizationId.value))
  let stop: () => void = () => undefined

  function take(view: PartView): void {
    load.data = view
    load.problem = null
  }
  function start(): void {
    stop()
    if (!signedIn.value || !id.value) return
    void load.run()
    stop = follow<PartView>({
      path: `/prescription-parts/${id.value}/stream`,
      query: { organization_id: organizationId.value },
      read: () => readPart(id.value, organizationId.value),
      onState: take,
      onProblem: (thrown) => {
        if (thrown instanceof ApiProblem) load.problem = thrown.problem
      },
    })
  }
  onLoad((given) => {
    const query = told(given)
    id.value = query.id ?? ''
    organizationId.value = query.organization_id ?? ''
  })
  onShow(start)
  onHide(() => stop())
  onUnload(() => stop())

  /** Does one thing at a time; what went wrong is kept, and the part is read again, for it may have moved meanwhile. */
  async function attempt(act: () => Promise<PartView | void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      const view = await act()
      if (view) take(view)
      else await load.run()
      return true
    } catch (thrown) {
      problem.value = asProblem(thrown)
      if (problem.value.code !== 'offline') await load.run()
      return false
    } finally {
      busy.value = false
    }
  }
  const view = computed(() => load.data)
  const choices = computed(() => (load.data ? choicesOf(load.data, now.value) : null))
  const params = computed(() => ({ id: id.value, organization_id: organizationId.value }))
  return { id, organizationId, load, view, choices, params, busy, problem, now, attempt }
}
