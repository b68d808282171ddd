import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env.YITONG_SERVER ?? 'http://127.0.0.1:8000'

/** Libraries carry links to their manuals in warning texts; without them the built pages name no outside host at all. */
const withoutManualLinks: Plugin = {
  name: 'without-manual-links',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') {
        file.code = file.code.replace(/https:\/\/(?:element-plus\.org|vuejs\.org|github\.com)\/[^"'`\s)]*/g, '')
      }
    }
  },
}

export default defineConfig({
  base: '/console/',
  plugins: [vue(), withoutManualLinks],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      output: {
        // The big libraries change rarely: in files of their own a new console version leaves them cached.
        manualChunks(id: string) {
          if (id.includes('node_modules/echarts') || id.includes('node_modules/zrender')) return 'charts'
          if (id.includes('node_modules/element-plus') || id.includes('@element-plus')) return 'element'
          if (/node_modules\/(@vue|vue|vue-router|pinia|vue-i18n|@intlify)\//.test(id)) return 'vue'
          return undefined
        },
      },
    },
  },
  server: { port: 5174, proxy: { '/api': { target: server, changeOrigin: true } } },
  test: { environment: 'happy-dom', setupFiles: ['test/unit/setup.ts'], include: ['test/unit/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})
