/// <reference types="vite/client" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<Record<string, never>, Record<string, never>, unknown>
  export default component
}
/** Where the server is; empty for H5, where pages and API share one origin. Set by vite.config.ts. */
declare const __API_ORIGIN__: string
