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
  await page.waitForTimeout(Number(process.env.SETTLE ?? 900))
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

const manager = { role: 'hospital_admin' }
await shoot('40-plan-drag', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.getByRole('button', { name: '下一周' }).click(); await p.waitForTimeout(900); const card = p.locator('.session.movable').first(); await card.hover(); const box = await card.boundingBox(); await p.mouse.down(); await p.mouse.move(box.x + 20, box.y + 60, { steps: 6 }); await p.mouse.move(box.x + 175, box.y + 70, { steps: 6 }) } })
await shoot('41-plan-move', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.getByRole('button', { name: '下一周' }).click(); await p.waitForTimeout(900); const card = p.locator('.session.movable').first(); await card.focus(); for (const key of ['ArrowDown', 'ArrowDown', 'Shift+ArrowDown', 'Enter']) await p.keyboard.press(key); await p.waitForTimeout(600) } })
await shoot('42-plan-affected', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.getByRole('button', { name: '下一周' }).click(); await p.waitForTimeout(900); await p.locator('.session.movable').first().click(); await p.waitForTimeout(600); await p.keyboard.press('F4'); await p.waitForTimeout(500); await p.getByRole('button', { name: '医生请假' }).click(); await p.keyboard.press('Control+Enter'); await p.waitForTimeout(1500) } })
await shoot('43-teams', { hash: '/schedules', role: 'scheduler', steps: click('专家团队') })
await shoot('44-extra-place', { hash: '/schedules', role: 'scheduler', steps: async (p) => { await p.getByRole('button', { name: '下一周' }).click(); await p.waitForTimeout(900); await p.locator('.session.movable').first().click(); await p.waitForTimeout(500); await p.keyboard.press('F8'); await p.waitForTimeout(400); await p.locator('.pick input').fill('王'); await p.keyboard.press('Enter'); await p.waitForTimeout(600) } })
await shoot('45-channels', { hash: '/channels', ...manager })
await shoot('46-quotas', { hash: '/channels', ...manager, steps: click('分池配额') })
await shoot('47-quota-new', { hash: '/channels', ...manager, steps: async (p) => { await click('分池配额')(p); await p.keyboard.press('F2'); await p.waitForTimeout(600) } })
await shoot('48-channel-use', { hash: '/channels', ...manager, steps: click('渠道使用') })
await shoot('49-reconcile', { hash: '/channels', ...manager, steps: click('对账') })
await shoot('50-reconcile-mend', { hash: '/channels', ...manager, steps: async (p) => { await click('对账')(p); await p.locator('tbody').getByRole('button', { name: '处理' }).first().click(); await p.waitForTimeout(600) } })
await shoot('51-waitlist', { hash: '/waitlist', ...manager })
await shoot('52-offers', { hash: '/waitlist', ...manager, steps: click('号源通知') })
await shoot('53-return-rules', { hash: '/waitlist', ...manager, steps: click('退号与通知规则') })
await shoot('54-waitlist-join', { hash: '/waitlist', ...manager, steps: async (p) => { await p.keyboard.press('F2'); await p.waitForTimeout(600) } })
await shoot('55-draws', { hash: '/draws', ...manager })
await shoot('56-draw-proof', { hash: '/draws', ...manager, steps: async (p) => { await p.locator('.two .item').nth(1).click(); await p.waitForTimeout(300); await p.getByRole('button', { name: '在此核对' }).click(); await p.waitForTimeout(600); await p.locator('.proof').scrollIntoViewIfNeeded() } })
await shoot('57-draw-new', { hash: '/draws', ...manager, steps: async (p) => { await p.keyboard.press('F2'); await p.waitForTimeout(500); await p.locator('.el-dialog .el-select').first().click(); await p.waitForTimeout(300); await p.getByRole('option').first().click(); await p.waitForTimeout(700) } })
await shoot('58-queues', { hash: '/queues', role: 'nurse' })
await shoot('59-queue-groups', { hash: '/queues', ...manager, steps: click('合并队列') })
await shoot('60-queue-rules', { hash: '/queues', ...manager, steps: click('排队规则') })
await shoot('61-transfer', { hash: '/queues', role: 'nurse', steps: async (p) => { await p.getByRole('button', { name: '转诊室' }).first().click(); await p.waitForTimeout(600) } })
await shoot('62-reviews', { hash: '/reviews', ...manager })
await shoot('63-reviews-public', { hash: '/reviews', ...manager, steps: click('已公开') })
await shoot('64-risk', { hash: '/risk', ...manager })
await shoot('65-limits', { hash: '/risk', ...manager, steps: click('限制规则') })
await shoot('66-bans', { hash: '/risk', ...manager, steps: async (p) => { await click('爽约限制')(p); await p.getByRole('button', { name: '处理' }).first().click(); await p.waitForTimeout(500) } })
await shoot('67-english-risk', { hash: '/risk', ...manager, language: 'en' })
await shoot('68-english-channels', { hash: '/channels', ...manager, language: 'en' })
await shoot('70-room-paused', { hash: '/room', role: 'doctor', steps: async (p) => { await p.waitForSelector('.counts'); await p.keyboard.press('F6'); await p.waitForTimeout(500); await p.getByRole('button', { name: '医生会诊' }).click(); await p.keyboard.press('Control+Enter'); await p.waitForTimeout(1500) } })
await shoot('69-room-pause', { hash: '/room', role: 'doctor', steps: async (p) => { await p.keyboard.press('F6'); await p.waitForTimeout(600) } })

// The window: what is shown is scanned, paid and given back; what waits aside; and the states around it.
const cashier = { hash: '/cashier', role: 'cashier' }
const scanned = (text) => async (p) => { await p.fill('[data-search] input, input[data-search]', text); await p.keyboard.press('Enter'); await p.waitForSelector('.pay .sum, .scan [role=alert]'); await p.waitForTimeout(600) }
const voucher = scanned('1234567890123456789012345678')
const dead = (p, path, how) => p.route(path, (route) => (how === 'hang' ? undefined : how === 'offline' ? route.abort('internetdisconnected') : route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/forbidden', code: 'forbidden', status: 403, title: '无权', message: { zh: '您没有权限执行此操作。', en: 'You may not do this.' }, next: { zh: '请联系本机构管理员。', en: 'Ask your administrator.' }, retry: false, request_id: '01JD9ZK2' }) })))
const wayOf = (name) => async (p) => { await voucher(p); await p.locator('.ways button', { hasText: name }).click(); await p.waitForTimeout(200) }
const confirm = async (p) => { await p.keyboard.press('F9'); await p.waitForSelector('.progress'); await p.waitForTimeout(600) }
for (const language of ['zh', 'en']) {
  const [code, terminal, asideTab, lines, refund, reason] = language === 'zh' ? ['微信', '银行卡', '搁置的差异', '支付记录', '退费', '未做检查'] : ['WeChat', 'Card', 'Kept aside', 'Payments', 'Refund', 'Not carried out']
  const shot = (name, more) => shoot(`${name}-${language}`, { ...cashier, language, ...more })
  await shot('80-cashier', {})
  await shot('81-cashier-aside', { steps: async (p) => { await p.getByRole('tab', { name: asideTab }).click(); await p.waitForTimeout(400) } })
  await shot('82-cashier-voucher', { steps: voucher })
  await shot('83-cashier-cash', { steps: async (p) => { await voucher(p); await confirm(p); await p.locator('.progress footer input').fill('400') } })
  await shot('84-cashier-paid', { steps: async (p) => { await voucher(p); await confirm(p); await p.locator('.progress footer input').fill('400'); await p.keyboard.press('Enter'); await p.waitForSelector('.result') } })
  await shot('85-cashier-code', { steps: async (p) => { await wayOf(code)(p); await confirm(p) } })
  await shot('86-cashier-terminal', { steps: async (p) => { await wayOf(terminal)(p); await p.locator('.pay footer input').fill('W-31'); await confirm(p) } })
  await shot('87-cashier-refund', { steps: async (p) => { await voucher(p); await confirm(p); await p.keyboard.press('F9'); await p.waitForSelector('.result'); await p.getByRole('tab', { name: lines }).click(); await p.getByRole('button', { name: refund, exact: true }).click(); await p.waitForTimeout(500); await p.locator('.el-dialog li .el-checkbox').first().click(); await p.getByRole('button', { name: reason }).click() } })
  await shot('88-cashier-give-back', { steps: async (p) => { await voucher(p); await confirm(p); await p.keyboard.press('F9'); await p.waitForSelector('.result'); await p.getByRole('tab', { name: lines }).click(); await p.getByRole('button', { name: refund, exact: true }).click(); await p.waitForTimeout(500); await p.locator('.el-dialog li .el-checkbox').first().click(); await p.getByRole('button', { name: reason }).click(); await p.keyboard.press('Control+Enter'); await p.waitForTimeout(900) } })
  await shot('89-cashier-refused', { steps: async (p) => { await dead(p, '**/credentials/resolve', 'refuse'); await scanned('1234567890123456789012345678')(p) } })
  await shot('90-cashier-offline', { steps: async (p) => { await voucher(p); await dead(p, '**/api/**', 'offline'); await p.locator('.pay label .el-switch').first().click(); await p.waitForTimeout(700) } })
  await shot('91-claims', { hash: '/claims' })
  await shot('92-claims-paid', { hash: '/claims', steps: async (p) => { await p.getByRole('tab').nth(4).click(); await p.waitForTimeout(500); await p.locator('tbody tr', { hasText: language === 'zh' ? '已赔付' : 'paid' }).first().click(); await p.waitForTimeout(500) } })
  await shot('93-claims-new', { hash: '/claims', steps: async (p) => { await p.keyboard.press('F2'); await p.waitForTimeout(400); await p.locator('.pick input').fill('王'); await p.keyboard.press('Enter'); await p.waitForTimeout(500); const hit = p.locator('.pick li button').first(); if (await hit.count()) await hit.click(); await p.waitForTimeout(600); await p.getByRole('button', { name: language === 'zh' ? '登记保单' : 'Register a policy' }).click(); await p.waitForTimeout(300) } })
}
const around = (name, hash, path, how) => shoot(name, { hash, role: path.includes('ledger') ? 'regulator' : 'cashier', steps: async (p) => { await dead(p, path, how); await p.reload(); await p.waitForSelector('.page'); await p.waitForTimeout(1200) } })
await around('94-cashier-loading', '/cashier', '**/api/payments?**', 'hang')
await around('95-cashier-list-refused', '/cashier', '**/api/payments?**', 'refuse')
await around('96-claims-loading', '/claims', '**/api/claims?**', 'hang')
await around('97-claims-refused', '/claims', '**/api/claims?**', 'refuse')
await around('98-claims-offline', '/claims', '**/api/claims?**', 'offline')
await shoot('99-claims-empty', { hash: '/claims', role: 'cashier', steps: async (p) => { await p.route('**/api/claims?**', (route) => route.fulfill({ json: { items: [], next: null } })); await p.reload(); await p.waitForSelector('.page'); await p.waitForTimeout(1000) } })
<<<<<<< HEAD
await shoot('60-tills', { hash: '/tills', role: 'cashier' })
await shoot('61-tills-counted', { hash: '/tills', role: 'cashier', steps: async (p) => { await p.locator('.pieces input').first().fill('10'); await p.keyboard.press('Tab'); await p.keyboard.press('Control+Enter'); await p.waitForTimeout(900) } })
=======
for (const language of ['zh', 'en']) {
  const shot = (name, options) => shoot(`${name}-${language}`, { hash: '/chain', role: 'regulator', language, ...options })
  const [follow, verify] = language === 'zh' ? ['追踪处方', '验证此处方'] : ['Follow', 'Verify this one']
  const followed = async (p) => { await p.locator('input[data-search], [data-search] input').first().fill('2026112200131'); await p.getByRole('button', { name: follow, exact: true }).click(); await p.waitForTimeout(700) }
  await shot('100-chain', {})
  await shot('101-chain-follow', { steps: async (p) => { await followed(p); await p.getByRole('button', { name: verify }).click(); await p.waitForTimeout(700) } })
  await shot('102-chain-blocks', { steps: async (p) => { await p.getByRole('tab').nth(1).click(); await p.waitForTimeout(600); await p.locator('tbody tr').nth(2).click(); await p.waitForTimeout(600) } })
  await shot('103-chain-members', { steps: async (p) => { await p.getByRole('tab').nth(3).click(); await p.waitForTimeout(600) } })
}
await around('104-chain-refused', '/chain', '**/api/ledger', 'refuse')
await around('105-chain-offline', '/chain', '**/api/ledger', 'offline')
>>>>>>> chain

await browser.close()
server.kill()
if (faults.length) console.log(`\nfaults:\n${[...new Set(faults)].join('\n')}`)
