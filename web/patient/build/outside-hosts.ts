import type { Plugin } from 'vite'

/**
 * Addresses of other people's servers that the framework's own runtime carries: an advertising client, a page shadow
 * picture, an icon font. The app uses none of them, and a hospital's network often can't reach them, so they are cut.
 */
const CARRIED = [/https?:\/\/[a-z0-9]+\.dcloud\.net\.cn\/[^"'`)\s]*/g, /https?:\/\/at\.alicdn\.com\/[^"'`)\s]*/g]

/** Takes the text of a built file and gives it back without the addresses above. */
export function withoutCarriedHosts(text: string): string {
  return CARRIED.reduce((kept, pattern) => kept.replace(pattern, ''), text)
}

/** Vite plugin: removes carried addresses from every script and style that is written to dist. */
export function cutOutsideHosts(): Plugin {
  return {
    name: 'yitong:cut-outside-hosts',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const part of Object.values(bundle)) {
          if (part.type === 'chunk') part.code = withoutCarriedHosts(part.code)
          else if (typeof part.source === 'string') part.source = withoutCarriedHosts(part.source)
        }
      },
    },
  }
}
