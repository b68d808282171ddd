import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { i18n } from '@/locale'
import en from '@/locale/en.json'
import zhHans from '@/locale/zh-Hans.json'

type Words = { [key: string]: string | Words }

function flat(words: Words, above = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'string' ? [[above + key, value]] : Object.entries(flat(value, `${above}${key}.`)),
    ),
  )
}
const chinese = flat(zhHans)
const english = flat(en)
const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort()

test('Chinese and English have the same keys', () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
})

test('no text is empty and both languages take the same values', () => {
  for (const [key, text] of Object.entries(chinese)) {
    expect(text.trim(), key).not.toBe('')
    expect(english[key]!.trim(), key).not.toBe('')
    // The English “Child’s name” question needs no more than the Chinese one has.
    expect(values(english[key]!), key).toEqual(values(text))
  }
})

test('English texts hold no Chinese, but for the examples that people type', () => {
  for (const [key, text] of Object.entries(english))
    if (!key.startsWith('find.try.')) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/)
})

test('values are filled', () => {
  expect(i18n.global.t('slots.left', { n: 3 })).toBe('余 3 个')
  expect(i18n.global.t('signIn.codeText', { phone: '13800000001' })).toBe('已发送到 13800000001')
})

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? sources(path.join(folder, one.name)) : [path.join(folder, one.name)],
  )
}

test('every key that the pages ask for exists', () => {
  const missing: string[] = []
  for (const file of sources(path.resolve(__dirname, '../../src')).filter((one) => one.endsWith('.vue'))) {
    const code = readFileSync(file, 'utf8')
    for (const [, key] of code.matchAll(/\bt\('([^']+)'/g))
      if (!(key! in chinese)) missing.push(`${path.basename(file)}: ${key}`)
    for (const [, one, other] of code.matchAll(/\bt\([^()'`]*\? '([^']+)' : '([^']+)'/g))
      for (const key of [one!, other!]) if (!(key in chinese)) missing.push(`${path.basename(file)}: ${key}`)
    // A key with a changing end: at least one text must begin like it.
    for (const [, start] of code.matchAll(/\bt\(`([^$`]+)\$\{/g))
      if (!Object.keys(chinese).some((key) => key.startsWith(start!))) missing.push(`${path.basename(file)}: ${start}…`)
  }
  expect(missing).toEqual([])
})

test('pages hold no words of their own', () => {
  const found: string[] = []
  for (const file of sources(path.resolve(__dirname, '../../src')).filter((one) => one.endsWith('.vue'))) {
    const template = /<template>([\s\S]*)<\/template>/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
    const words = template.replace(/'简体中文'/, '').match(/[\u4e00-\u9fff]+/g)
    if (words) found.push(`${path.basename(file)}: ${words.join(' ')}`)
  }
  expect(found).toEqual([])
})
