import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

// WCAG 2.1: contrast of text on what it stands on; 4.5 in the standard look, 7 in the elderly mode.
const file = readFileSync(path.resolve(__dirname, '../../src/design/tokens.scss'), 'utf8')
const colours = (block: string): Record<string, string> =>
  Object.fromEntries([...block.matchAll(/--c-([a-z-]+): (#[0-9a-f]{6})/g)].map((one) => [one[1]!, one[2]!]))
const [standardBlock, elderBlock] = file.split('.yt-elder') as [string, string]
const standard = colours(standardBlock)
const elder = { ...standard, ...colours(elderBlock) }

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const pairs: [text: string, under: string][] = [
  ['text', 'page'],
  ['text', 'card'],
  ['text', 'primary-tint'],
  ['text', 'accent-tint'],
  ['text-soft', 'page'],
  ['text-soft', 'card'],
  ['text-soft', 'primary-tint'],
  ['text-soft', 'accent-tint'],
  ['text-faint', 'card'],
  ['text-faint', 'page'],
  ['primary', 'card'],
  ['primary', 'page'],
  ['primary', 'primary-tint'],
  ['primary-deep', 'primary-tint'],
  ['accent', 'card'],
  ['accent', 'accent-tint'],
  ['ok', 'card'],
  ['ok', 'ok-tint'],
  ['danger', 'card'],
  ['danger', 'danger-tint'],
  ['on-primary', 'primary'],
  ['on-primary', 'primary-deep'],
]

test.each(pairs)('%s on %s', (text, under) => {
  expect(contrast(standard[text]!, standard[under]!)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(elder[text]!, elder[under]!)).toBeGreaterThanOrEqual(7)
})

test('the elderly mode enlarges every size of type by 1.3', () => {
  const sizes = (block: string) =>
    Object.fromEntries([...block.matchAll(/--f-([a-z0-9]+): (\d+)px/g)].map((one) => [one[1]!, Number(one[2])]))
  const small = sizes(standardBlock)
  for (const [name, size] of Object.entries(sizes(elderBlock)))
    expect(size / small[name]!, name).toBeGreaterThanOrEqual(1.25)
  expect(Object.keys(sizes(elderBlock))).toEqual(Object.keys(small))
})
