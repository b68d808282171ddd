import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { messages } from '@/locales'

type Tree = { [key: string]: string | Tree }
function flat(tree: Tree, path = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(path + key, value)
    else for (const [k, v] of flat(value, `${path}${key}.`)) out.set(k, v)
  }
  return out
}
const zh = flat(messages.zh as unknown as Tree)
const en = flat(messages.en as unknown as Tree)
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join()
// Marks of the ordinary case are left out on purpose: a queue row without one is a normal row.
const maybeEmpty = new Set(['room.priority.normal', 'room.priorityLong.normal'])

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile() && /\.(vue|ts)$/.test(f.name))
    .map((f) => join(f.parentPath, f.name))
}
const src = join(process.cwd(), 'src')

test('Chinese and English have the same keys', () => {
  expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
  expect(zh.size).toBeGreaterThan(400)
})

test('every sentence says something, with the same blanks to fill in both languages', () => {
  for (const [key, text] of zh) {
    const other = en.get(key) ?? ''
    expect(holes(other), key).toBe(holes(text))
    if (!maybeEmpty.has(key)) expect(text && other, key).toBeTruthy()
  }
})

test('English sentences hold no Chinese, except the name of the other language', () => {
  const left = [...en].filter(([key, text]) => key !== 'shell.top.language' && /[\u4e00-\u9fff]/.test(text))
  expect(left).toEqual([])
})

test('every word that a screen asks for exists', () => {
  const missing: string[] = []
  for (const file of sources(src)) {
    const text = readFileSync(file, 'utf8')
    for (const [, key] of text.matchAll(/\bt\(\s*'([\w.]+)'/g)) if (!zh.has(key ?? '')) missing.push(`${file}: ${key}`)
    for (const [, prefix] of text.matchAll(/\bt\(\s*`([\w.]+\.)\$\{/g)) {
      if (![...zh.keys()].some((k) => k.startsWith(prefix ?? ''))) missing.push(`${file}: ${prefix}*`)
    }
  }
  expect(missing).toEqual([])
})

test('screens hold no Chinese of their own', () => {
  const found = sources(join(src, 'screens')).filter((file) => {
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    return /[\u4e00-\u9fa5]/.test(text)
  })
  expect(found).toEqual([])
})
