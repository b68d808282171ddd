import { createSSRApp } from 'vue'
import App from './App.vue'
import { i18n } from './locale'
import { catchReturn } from './state/oauth'

export function createApp() {
  catchReturn()
  const app = createSSRApp(App)
  app.use(i18n)
  return { app }
}
