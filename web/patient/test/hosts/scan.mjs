/**
 * Fails when anything in dist names a host that isn't ours: a page must work in a hospital's closed network and must tell
 * nobody that it was opened. Allowed is only what is never called: XML namespaces, and the error reference in Vue's texts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/build')
const INERT = [
  /^http:\/\/www\.w3\.org\/(2000\/svg|1999\/xlink|1998\/Math\/MathML|XML\/1998\/namespace|1999\/xhtml)$/,
  /^https:\/\/vuejs\.org\/error-reference\//,
]
// The mini-program's server when none was named at build time: this machine.
const OWN = /^https?:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$)/

/** Gives every address of another host in a text. */
export function outsideHosts(text) {
  const found = [...text.matchAll(/\b(?:https?|wss?):\/\/[^\s"'`)<>\\]+/g)].map((one) => one[0])
  // An address without its scheme counts only where it would be loaded: after a quote or `url(`.
  found.push(...[...text.matchAll(/(?:["'`]|url\()(\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)]*)/gi)].map((one) => one[1]))
  return found.filter(
    (one) => /^(?:\w+:)?\/\/[^/]*[.:]/.test(one) && !OWN.test(one) && !INERT.some((fits) => fits.test(one)),
  )
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? files(path.join(folder, one.name)) : [path.join(folder, one.name)],
  )
}

/** Scans both builds; gives `{file: [addresses]}` of what was found. Throws when a build is missing. */
export function scan(root = dist) {
  const found = {}
  for (const build of ['h5', 'mp-weixin']) {
    if (!existsSync(path.join(root, build))) throw new Error(`Nothing to scan: run npm run build:${build} first`)
    for (const file of files(path.join(root, build))) {
      const hosts = outsideHosts(readFileSync(file, 'utf8'))
      if (hosts.length) found[path.relative(root, file)] = hosts
    }
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = scan()
  for (const [file, hosts] of Object.entries(found)) console.error(`${file}: ${[...new Set(hosts)].join(' ')}`)
  if (Object.keys(found).length) process.exit(1)
  console.log('No outside host in dist')
}
