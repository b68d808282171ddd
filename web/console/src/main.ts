import '@/design/tokens.css'
import '@/design/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { listen } from './api/client'
import { ApiProblem } from './api/problem'
import { useConnection } from './app/connection'
import { router } from './app/router'
import { useSession } from './app/session'
import { i18n, speak, type Language } from './locales'

const app = createApp(App)
app.use(createPinia()).use(i18n)
speak(i18n.global.locale.value as Language)

const connection = useConnection()
const session = useSession()
listen({
  reached: () => (connection.reached = true),
  unreached: () => (connection.reached = false),
  unauthenticated: () => {
    const here = router.currentRoute.value
    if (here.meta.device || here.meta.open || !session.staff) return
    session.leave()
    void router.push({ name: 'sign-in', query: { to: here.fullPath, ended: '1' } })
  },
})
// Names of the region and its time zone; a failed read shows in the connection mark and is asked again at sign-in.
void session.loadSettings().catch((thrown: unknown) => {
  if (!(thrown instanceof ApiProblem)) throw thrown
})
app.use(router).mount('#app')
