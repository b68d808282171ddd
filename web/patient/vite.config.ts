import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig, type Plugin } from 'vite'
import { cutOutsideHosts } from './build/outside-hosts'
import { ownIcons } from './build/own-icons'

// The plugin is published as CommonJS: depending on the loader its function sits under `default`.
const loaded = uniPlugin as unknown as { default?: () => Plugin[] } & (() => Plugin[])
const uni = loaded.default ?? loaded

export default defineConfig({
  base: '/patient/',
  plugins: [ownIcons(__dirname), uni(), cutOutsideHosts()],
  define: {
    // H5 shares its origin with the API. A mini-program has none: YITONG_PATIENT_API says where the server is at build time
    // (a released one needs https and the host registered in the WeChat console).
    __API_ORIGIN__: JSON.stringify(
      process.env.UNI_PLATFORM === 'h5' ? '' : (process.env.YITONG_PATIENT_API ?? 'http://127.0.0.1:8000'),
    ),
    __INTLIFY_DROP_MESSAGE_COMPILER__: true,
  },
  server: { port: 5173, proxy: { '/api': { target: process.env.YITONG_API ?? 'http://127.0.0.1:8000' } } },
})
