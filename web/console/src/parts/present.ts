import { ElMessage, ElNotification } from 'element-plus'
import type { ApiProblem } from '@/api/problem'
import { i18n } from '@/locales'

const english = () => (i18n.global.locale as unknown as { value: string }).value === 'en'

/** Shows a refused act: what happened, what to do next, and the code a help desk asks for. */
export function presentProblem({ problem }: ApiProblem): void {
  const side = english() ? 'en' : 'zh'
  const lines = [problem.next[side], ...(problem.errors ?? []).map((e) => `· ${e.message[side]}`)]
  ElNotification({
    type: problem.retry ? 'warning' : 'error',
    title: problem.message[side],
    message: `${lines.join('\n')}\n${problem.code}${problem.request_id ? ` · ${problem.request_id}` : ''}`,
    customClass: 'problem-note',
    duration: 8000,
  })
}

export function presentDone(text: string): void {
  ElMessage({ type: 'success', message: text, grouping: true })
}

export function presentHint(text: string): void {
  ElMessage({ type: 'warning', message: text, grouping: true })
}
