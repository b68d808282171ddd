import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import PageMissing from './components/PageMissing.vue'
// #endif
import { i18n } from './locale'
import { catchReturn } from './state/oauth'
import { catchPermission } from './state/paying-mixed'
import { catchPayer } from './state/paying-through'

export function createApp() {
  catchReturn()
  catchPermission()
  catchPayer()
  const app = createSSRApp(App)
  app.use(i18n)
  // #ifdef H5
  app.component('AsyncError', PageMissing)
  // #endif
  return { app }
}
