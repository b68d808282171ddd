import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readWxml, type Source } from './wxml'

// Every page and component of the built mini-program, read as it lies there: what a template binds must be handed to it
// by its script, and every component it draws must be declared.
const dist = path.resolve(__dirname, '../../dist/build/mp-weixin')

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const at = path.join(folder, one.name)
    return one.isDirectory() ? files(at) : at.endsWith('.wxml') ? [at] : []
  })
}
const flat = (sources: Source[]): Source[] => sources.flatMap((one) => [one, ...flat(one.children)])
const own = files(dist).filter((one) => !one.includes('node-modules'))

test('the bill pages are in the mini-program', () => {
  for (const page of ['index', 'detail', 'pay', 'payment', 'refund', 'invoices', 'stay'])
    expect(existsSync(path.join(dist, `pages/bills/${page}.wxml`)), page).toBe(true)
})

test.each(own.map((file) => [path.relative(dist, file), file]))(
  '%s binds nothing that its script does not hand over',
  (_name, file) => {
    const script = readFileSync(file.replace(/\.wxml$/, '.js'), 'utf8')
    const { usingComponents = {} } = JSON.parse(readFileSync(file.replace(/\.wxml$/, '.json'), 'utf8')) as {
      usingComponents?: Record<string, string>
    }
    const wrong: string[] = []
    for (const { tag, attrs } of flat(readWxml(file))) {
      if (tag.includes('-') && !['scroll-view', 'cover-view'].includes(tag) && !(tag in usingComponents))
        wrong.push(`<${tag}>`)
      for (const [name, raw] of Object.entries(attrs)) {
        if (!/^(bind|catch)/.test(name) || name === 'bind:__l') continue
        // `{{a}}` or `{{item.a}}` is a name that the script's render gives as `a: o(…)`; plain text is a method's name.
        const bound = /^\{\{(?:[\w$]+\.)?([\w$]+)\}\}$/.exec(raw)?.[1]
        const handed = bound ? new RegExp(`\\b${bound.replace('$', '\\$')}:\\w+\\.o\\(`) : new RegExp(`\\b${raw}\\b`)
        if (!raw || !handed.test(script)) wrong.push(`${tag} ${name}=${raw}`)
      }
    }
    expect(wrong).toEqual([])
  },
)
