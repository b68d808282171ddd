/**
 * Walks the built H5 pages in headless Chromium against the mock, in every mode and language, and writes pictures to
 * test/browser/shots. Fails when a page logs an error, shows an untranslated key, scrolls sideways or calls another host, cuts an
 * amount off, has a target that is too small for a thumb, or text without enough contrast. A second argument names one part.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startMock } from '../mock/server.mjs'
import { member } from '../mock/world.mjs'
import { billScreens } from './bills.mjs'
import { fairScreens } from './fair.mjs'
import { looks } from './looks.mjs'
import { visitScreens } from './visit.mjs'

const shots = path.join(path.dirname(fileURLToPath(import.meta.url)), 'shots')
mkdirSync(shots, { recursive: true })
const modes = (process.argv[2] ?? 'zh,zh-elder,en,en-elder').split(',')
const part = process.argv[3] ?? 'all'
const faults = []
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

const locale = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/locale/zh-Hans.json')
const GROUPS = Object.keys(JSON.parse(readFileSync(locale, 'utf8')))

/** Somebody who has a card already, for a part of the walk that does not begin with signing in. */
async function signedIn(mock, arrange) {
  const me = member({
    name: '李秀英',
    relation: 'self',
    birth_date: '1950-03-07',
    sex: 'female',
    id_kind: '01',
    id_number: '331082195003071267',
  })
  mock.world.members.push(me)
  const account = {
    id: 'acc',
    phone_masked: '138****0001',
    self_patient_id: me.patient_id,
    members: [me],
    family_cap: 6,
  }
  await arrange({ 'yitong.session': { token: mock.world.token, account, patientId: me.patient_id } })
}

for (const mode of modes) {
  const mock = await startMock()
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 1,
    locale: 'zh-CN',
    isMobile: true,
    hasTouch: true,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  let name = 'start'
  // Offline, the code of a page that was never opened cannot be fetched; what the page says then is looked at.
  const unfetched = /Unable to preload CSS|Failed to fetch dynamically imported module/
  page.on('console', (message) => {
    if (
      ['error', 'warning'].includes(message.type()) &&
      !/status of (4\d\d|503)|ERR_INTERNET/.test(message.text()) &&
      !unfetched.test(message.text())
    )
      faults.push(`${mode} ${name}: ${message.text()}`)
  })
  page.on('pageerror', (error) => unfetched.test(error.message) || faults.push(`${mode} ${name}: ${error.stack}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(mock.url) && !request.url().startsWith('data:'))
      faults.push(`${mode} ${name}: outside call ${request.url()}`)
  })

  const shoot = async (label, full = true) => {
    name = label
    await page.waitForTimeout(450)
    const problems = await page.evaluate(looks, { groups: GROUPS, touch: 44, contrast: 4.5 })
    for (const one of problems) faults.push(`${mode} ${label}: ${one}`)
    await page.screenshot({ path: path.join(shots, `${mode}-${label}.png`), fullPage: full })
  }
  const open = async (at) => {
    await page.goto(`${mock.url}/patient/#/pages/${at}`)
    await page.waitForTimeout(250)
  }
  const arrange = (given) =>
    page.evaluate((value) => {
      for (const [key, data] of Object.entries(value))
        localStorage.setItem(key, JSON.stringify({ type: 'object', data }))
    }, given)

  await page.goto(`${mock.url}/patient/`)
  await arrange({
    'yitong.preferences': { language: mode.startsWith('en') ? 'en' : 'zh-Hans', elderly: mode.endsWith('elder') },
  })
  await page.reload()
  const walk = { page, context, mock, mode, shoot, open }
  if (part === 'all') {
    await visitScreens(walk)
    await fairScreens(walk)
  } else await signedIn(mock, arrange)
  await billScreens(walk)
  if (part === 'all') {
    await open('appointments/index')
    await page.waitForTimeout(400)
    await context.setOffline(true)
    await page.locator('.segment__one').nth(1).click()
    await shoot('99-offline')
  }
  await context.close()
  await mock.close()
}
await browser.close()
if (faults.length) {
  console.error([...new Set(faults)].join('\n'))
  process.exit(1)
}
console.log(`${modes.length} passed, 0 failed`)
