// Walks every screen of the built console in a headless browser against the mock server and keeps a picture of each.
// CHROMIUM=/usr/bin/chromium node test/shots/take.mjs [name …]
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, 'out')
mkdirSync(out, { recursive: true })
const port = 8124
const base = `http://127.0.0.1:${port}/console/`
const only = process.argv.slice(2)
const server = spawn(process.execPath, [join(here, '../mock/server.mjs')], { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] })
await new Promise((resolve) => server.stdout.once('data', resolve))
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--force-color-profile=srgb'] })
const faults = []

async function shoot(name, { hash, role = 'platform_admin', size = [1440, 900], language = 'zh', steps, token }) {
  if (only.length && !only.some((o) => name.includes(o))) return
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  await context.addInitScript(([r, l]) => { if (r) sessionStorage.setItem('yitong.staff-token', `staff-${r}`); localStorage.setItem('yitong.language', l) }, [role, language])
  const page = await context.newPage()
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && faults.push(`${name}: ${m.text()}`))
  page.on('pageerror', (e) => faults.push(`${name}: ${e.message}`))
  page.on('request', (r) => { if (!r.url().startsWith(`http://127.0.0.1:${port}/`) && !r.url().startsWith('data:') && !r.url().startsWith('blob:')) faults.push(`${name}: asks ${r.url()}`) })
  await page.goto(`${base}${token ? `?device=${token}` : ''}#${hash}`)
  await page.waitForTimeout(900)
  if (steps) await steps(page).catch((e) => faults.push(`${name}: step ${e.message.split('\n')[0]}`))
  await page.screenshot({ path: join(out, `${name}.png`), animations: 'disabled' })
  await context.close()
  console.log(name)
}
const click = (text) => async (page) => { await page.getByRole('tab', { name: text }).first().click({ timeout: 5000 }); await page.waitForTimeout(600) }

await shoot('01-sign-in', { hash: '/sign-in', role: null })
await shoot('02-totp', { hash: '/sign-in', role: null, steps: async (p) => { await p.fill('input[name=username]', 'new'); await p.fill('input[name=password]', 'x'); await p.keyboard.press('Enter'); await p.waitForTimeout(600) } })
await shoot('03-home', { hash: '/' })
await shoot('04-room', { hash: '/room', role: 'doctor' })
await shoot('05-room-idle', { hash: '/room', role: 'doctor', steps: async (p) => { await p.waitForSelector('.patient header.in_consultation'); await p.waitForTimeout(800); await p.keyboard.press('F9'); await p.waitForSelector('.idle'); await p.waitForTimeout(4000) } })
await shoot('06-room-called', { hash: '/room', role: 'doctor', steps: async (p) => { await p.waitForSelector('.idle'); await p.keyboard.press('Enter'); await p.waitForSelector('.patient header.called'); await p.waitForTimeout(700) } })
await shoot('06b-room-started', { hash: '/room', role: 'doctor', steps: async (p) => { await p.waitForSelector('.patient header.called'); await p.keyboard.press('F8'); await p.waitForSelector('.patient header.in_consultation'); await p.waitForTimeout(800); await p.keyboard.type('头晕三天'); await p.waitForTimeout(2200) } })
await shoot('07-desk', { hash: '/desk', role: 'registrar' })
await shoot('08-desk-person', { hash: '/desk', role: 'registrar', steps: async (p) => { await p.fill('[data-search]', '王'); await p.keyboard.press('Enter'); await p.waitForTimeout(600); await p.locator('.search li button').first().click(); await p.waitForTimeout(500); await p.locator('.booking .el-select').click(); await p.waitForTimeout(300); await p.getByRole('option').first().click(); await p.waitForTimeout(600); await p.locator('.booking .sessions button:not([disabled])').first().click(); await p.waitForTimeout(500); await p.locator('.booking .slots button:not([disabled])').first().click(); await p.waitForTimeout(300) } })
await shoot('09-desk-register', { hash: '/desk', role: 'registrar', steps: async (p) => { await p.keyboard.press('F3'); await p.waitForTimeout(500); const f = p.locator('.el-dialog input'); await f.nth(0).fill('陈思远'); await f.nth(1).fill('13812345678'); await p.locator('.el-dialog .id input').fill('11010519491231002X'); await p.waitForTimeout(400) } })
await shoot('10-desk-card', { hash: '/desk', role: 'registrar', steps: async (p) => { await p.fill('[data-search]', '王'); await p.keyboard.press('Enter'); await p.waitForTimeout(600); await p.locator('.search li button').first().click(); await p.waitForTimeout(500); await p.keyboard.press('F7'); await p.waitForTimeout(700) } })
await shoot('11-schedules', { hash: '/schedules', role: 'scheduler' })
await shoot('12-schedules-session', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.locator('.session.open').first().click(); await p.waitForTimeout(600) } })
await shoot('13-templates', { hash: '/schedules', role: 'scheduler', steps: click('排班模板') })
await shoot('14-template-new', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.keyboard.press('F2'); await p.waitForTimeout(600) } })
await shoot('15-people', { hash: '/people' })
await shoot('16-people-local', { hash: '/people', steps: click('院内患者') })
await shoot('17-events', { hash: '/events', steps: async (p) => { await p.locator('tbody tr').nth(2).click(); await p.waitForTimeout(400) } })
await shoot('18-directory', { hash: '/directory' })
await shoot('19-directory-doctors', { hash: '/directory', steps: click('医务人员') })
await shoot('20-system', { hash: '/system' })
await shoot('21-devices', { hash: '/devices' })
await shoot('22-hall', { hash: '/hall/x', size: [1920, 1080], role: 'doctor' })
await shoot('23-kiosk-portrait', { hash: '/kiosk', size: [1080, 1920], role: null, token: 'staff-device' })
await shoot('24-kiosk-landscape', { hash: '/kiosk', size: [1280, 800], role: null, token: 'staff-device' })
await shoot('25-kiosk-done', { hash: '/kiosk', size: [1080, 1920], role: null, token: 'staff-device', steps: async (p) => { await p.keyboard.type('E1:abc'); await p.keyboard.press('Enter'); await p.waitForTimeout(600) } })
await shoot('26-kiosk-refused', { hash: '/kiosk', size: [1280, 800], role: null, token: 'staff-device', steps: async (p) => { await p.keyboard.type('EXPIRED'); await p.keyboard.press('Enter'); await p.waitForTimeout(600) } })
await shoot('27-palette', { hash: '/', steps: async (p) => { await p.keyboard.press('Control+k'); await p.waitForTimeout(400) } })
await shoot('28-english-room', { hash: '/room', role: 'doctor', language: 'en' })
await shoot('29-english-home', { hash: '/', language: 'en' })
await shoot('30-offline', { hash: '/', steps: async (p) => { await p.waitForSelector('.figures'); await p.context().setOffline(true); await p.keyboard.press('F8'); await p.waitForTimeout(500) } })
await shoot('31-english-schedules', { hash: '/schedules', role: 'scheduler', language: 'en' })
await shoot('32-hall-no-token', { hash: '/hall/x', role: null, size: [1920, 1080] })

await browser.close()
server.kill()
if (faults.length) console.log(`\nfaults:\n${[...new Set(faults)].join('\n')}`)
