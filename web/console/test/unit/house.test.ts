import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { destinations, firstPage, forRoles } from '@/app/navigation'

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile() && pattern.test(f.name))
    .map((f) => join(f.parentPath, f.name))
}
const root = process.cwd()
/** Names of XML namespaces are identifiers, not addresses: nothing is fetched from them. */
const hosts = (text: string) =>
  [...text.matchAll(/(?:https?:|wss?:|["'(=]\s*)\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map((m) => m[1] ?? '').filter((h) => h !== 'www.w3.org' && h !== '127.0.0.1')

test('the built pages name no outside host', () => {
  const dist = join(root, 'dist')
  expect(existsSync(dist), 'run `npm run build` first').toBe(true)
  const built = files(dist, /\.(js|css|html|svg)$/)
  expect(built.length).toBeGreaterThan(10)
  expect(built.flatMap((file) => hosts(readFileSync(file, 'utf8')).map((h) => `${file}: ${h}`))).toEqual([])
})

test('the scan would see a foreign host', () => {
  expect(hosts('<script src="//cdn.example.com/x.js">')).toEqual(['cdn.example.com'])
  expect(hosts('fetch("https://fonts.example.org/a")')).toEqual(['fonts.example.org'])
})

test('hall and kiosk load without the desk’s component library', () => {
  const built = files(join(root, 'dist/assets'), /^(HallScreen|KioskScreen|index)-.*\.js$/)
  expect(built.length).toBe(3)
  for (const file of built) expect(/(^|[;}\s])import[^;]*"\.\/element-/.test(readFileSync(file, 'utf8')), file).toBe(false)
})

test('the lock file names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/)
})

test('files stay short', () => {
  const long = files(join(root, 'src'), /\.(ts|vue|css)$/).filter((f) => !f.endsWith('schema.d.ts') && readFileSync(f, 'utf8').split('\n').length > 250)
  expect(long).toEqual([])
})

test('each role finds its page and only pages that exist for it', () => {
  expect([firstPage(['doctor']), firstPage(['registrar']), firstPage(['scheduler']), firstPage(['regulator'])]).toEqual(['/room', '/desk', '/schedules', '/'])
  expect([firstPage(['cashier']), firstPage(['finance']), firstPage(['pharmacist'])]).toEqual(['/cashier', '/reconciliation', '/review'])
  expect(firstPage(['pharmacist'], 'pharmacy')).toBe('/pharmacy')
  expect(forRoles(['doctor']).map((d) => d.name)).toEqual(['room', 'prescribe', 'exams', 'stays', 'insurance', 'reviews', 'directory'])
  expect(forRoles(['regulator']).map((d) => d.name)).toContain('events')
  expect(new Set(destinations.map((d) => d.path)).size).toBe(destinations.length)
})
