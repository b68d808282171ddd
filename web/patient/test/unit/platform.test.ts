import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

// What only a browser has must stand under a platform condition: a mini-program has no window, no document and no address.
const src = path.resolve(__dirname, '../../src')
const BROWSER =
  /(?<![\w.$'"`-])(window|document|location|history|navigator|localStorage|sessionStorage|EventSource|WebSocket|XMLHttpRequest|fetch|URLSearchParams|URL|Blob|FileReader|requestAnimationFrame|matchMedia)\s*[.([]/g
const GUARDED = /typeof \w+ (?:===|!==) '\w+'/

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const at = path.join(folder, one.name)
    if (one.isDirectory()) return sources(at)
    return /\.(ts|vue)$/.test(one.name) && !one.name.endsWith('.d.ts') ? [at] : []
  })
}

/** The source as the mini-program's compiler sees it: what stands under a condition that it does not meet is gone. */
export function forMiniProgram(code: string): string {
  const kept: string[] = []
  const open: boolean[] = []
  for (const line of code.split('\n')) {
    const begins = /(?:\/\/|<!--|\/\*)\s*#(ifdef|ifndef)\s+([\w|\s-]+?)\s*(?:-->|\*\/)?\s*$/.exec(line)
    if (begins) {
      const here = begins[2]!.split('||').some((one) => ['MP', 'MP-WEIXIN'].includes(one.trim()))
      open.push((begins[1] === 'ifdef') === here)
    } else if (/(?:\/\/|<!--|\/\*)\s*#endif/.test(line)) open.pop()
    else if (open.every(Boolean)) kept.push(line)
  }
  expect(open).toEqual([])
  return kept.join('\n')
}
const scriptOf = (code: string): string =>
  [...code.matchAll(/<script[^>]*>([\s\S]*?)<\/script>|<template>([\s\S]*)<\/template>/g)]
    .map((one) => one[1] ?? one[2])
    .join('\n')
const withoutRemarks = (code: string): string => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')

test('nothing that only a browser has is left for the mini-program', () => {
  const found: string[] = []
  for (const file of sources(src)) {
    const whole = readFileSync(file, 'utf8')
    const code = withoutRemarks(forMiniProgram(file.endsWith('.vue') ? scriptOf(whole) : whole))
    for (const line of code.split('\n'))
      for (const [, name] of line.matchAll(BROWSER))
        if (!GUARDED.test(line)) found.push(`${path.relative(src, file)}: ${name} in ${line.trim()}`)
  }
  expect(found).toEqual([])
})

test('the rule sees what it is there for', () => {
  const code = 'a()\n// #ifdef H5\nwindow.open(b)\n// #endif\n// #ifndef H5\nc()\n// #endif\nlocation.href = d'
  expect(forMiniProgram(code)).toBe('a()\nc()\nlocation.href = d')
  expect([...forMiniProgram(code).matchAll(BROWSER)].map((one) => one[1])).toEqual(['location'])
})
