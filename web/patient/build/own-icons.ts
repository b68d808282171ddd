import path from 'node:path'
import type { Plugin } from 'vite'

/**
 * Vite plugin: every `wd-icon` – ours and the ones inside wot-design-uni's own components – becomes our SVG icon, so the
 * library's icon font (54 kB, with a CDN address in its CSS) never reaches the build.
 */
export function ownIcons(root: string): Plugin {
  const own = path.resolve(root, 'src/components/WdIcon.vue')
  return {
    name: 'yitong:own-icons',
    enforce: 'pre',
    resolveId(source) {
      return /wd-icon\/wd-icon\.vue$/.test(source) ? own : null
    },
  }
}
