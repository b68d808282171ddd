/**
 * Walks the built H5 pages in headless Chromium against the mock, in every mode and language, and writes pictures to
 * test/browser/shots. Fails when a page logs an error, shows an untranslated key, scrolls sideways or calls another host.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startMock } from '../mock/server.mjs'
import { fairScreens } from './fair.mjs'

const shots = path.join(path.dirname(fileURLToPath(import.meta.url)), 'shots')
mkdirSync(shots, { recursive: true })
const modes = (process.argv[2] ?? 'zh,zh-elder,en,en-elder').split(',')
const faults = []
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

const locale = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src/locale/zh-Hans.json')
const GROUPS = Object.keys(JSON.parse(readFileSync(locale, 'utf8')))
const id = (text) => encodeURIComponent(text)
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
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/status of (4\d\d|503)|ERR_INTERNET/.test(message.text()))
      faults.push(`${mode} ${name}: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`${mode} ${name}: ${error.stack}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(mock.url) && !request.url().startsWith('data:'))
      faults.push(`${mode} ${name}: outside call ${request.url()}`)
  })

  const shoot = async (label, full = true) => {
    name = label
    await page.waitForTimeout(450)
    const problems = await page.evaluate((groups) => {
      const found = []
      if (document.documentElement.scrollWidth > innerWidth + 1)
        found.push(`scrolls sideways: ${document.documentElement.scrollWidth}`)
      const keys = document.body.innerText.match(new RegExp(`\\b(${groups.join('|')})\\.[a-zA-Z_]+`, 'g'))
      if (keys) found.push(`untranslated: ${keys.join(' ')}`)
      if (/undefined|NaN|\[object/.test(document.body.innerText)) found.push('undefined on the page')
      return found
    }, GROUPS)
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
  await shoot('01-home-new')
  await open('sign-in/index')
  await shoot('02-sign-in')
  await page.locator('input').first().fill('13800000001')
  await page.locator('.wd-button').first().click()
  await shoot('03-code')
  await page.locator('input').first().fill('000000')
  await page.locator('.wd-button').first().click()
  await shoot('04-code-wrong')
  await page.locator('input').first().fill('123456')
  await page.locator('.wd-button').first().click()
  await page.waitForURL(/register/)
  await shoot('05-register-name')
  await page.locator('input').first().fill('李秀英')
  await page.locator('.yt-foot .wd-button').last().click()
  await page.waitForTimeout(200)
  await page.locator('input').first().fill('331082195003071266')
  await shoot('06-register-bad')
  await page.locator('input').first().fill('331082195003071267')
  await page.waitForTimeout(100)
  if (await page.locator('.field__hint--bad').count()) {
    for (const last of '0123456789X') {
      await page.locator('input').first().fill(`33108219500307126${last}`)
      await page.waitForTimeout(60)
      if (await page.locator('.field__hint--ok').count()) break
    }
  }
  await shoot('07-register-id')
  await page.locator('.yt-foot .wd-button').last().click()
  await shoot('08-register-review')
  await page.locator('.yt-foot .wd-button').last().click()
  await page.waitForURL(/card/)
  await page.waitForSelector('.ecard__img')
  await shoot('09-card')
  await page.locator('.list__item').first().click()
  await shoot('10-card-static', false)
  await open('find/index')
  await shoot('11-find')
  await page.locator('.segment__one').nth(1).click()
  await shoot('12-find-hospitals')
  await page.locator('.card').first().click()
  await page.waitForURL(/hospital/)
  await shoot('13-hospital')
  await page.locator('.list__item').first().click()
  await page.waitForURL(/department/)
  await shoot('14-department')
  await open('find/search')
  await page.locator('input').first().fill('心')
  await page.waitForTimeout(500)
  await shoot('15-search')
  await open(`find/offers?specialty=0101&name=${id(mode.startsWith('en') ? 'Cardiology' : '心血管内科')}`)
  await page.waitForSelector('.yt-time')
  await shoot('16-offers', false)
  await page.locator('.filters .chip').first().click()
  await shoot('17-filters', false)
  await page.locator('.yt-sheet__close').click()
  await page.waitForTimeout(400)
  await page.locator('.segment__one').nth(1).click()
  await shoot('18-doctors', false)
  await page.locator('.card').first().click()
  await page.waitForURL(/doctor/)
  await shoot('19-doctor')
  await page.locator('.card.row:not(.card--flat)').first().click()
  await page.waitForURL(/times/)
  await shoot('20-times')
  mock.world.takeNext = true
  await page.locator('.yt-time:not(.yt-time--off)').first().click()
  await page.waitForURL(/confirm/)
  await shoot('21-confirm-taken')
  await page.locator('.card.row').first().click()
  await page.waitForSelector('.holdbar')
  await shoot('22-confirm')
  await page.locator('.yt-foot .wd-button').last().click()
  await page.waitForURL(/done/)
  await shoot('23-done')
  await page.goto(`${mock.url}/patient/#/pages/home/index`)
  await page.reload()
  await shoot('24-home-next')
  await open('appointments/index')
  await shoot('25-appointments')
  await page.locator('.card').first().click()
  await page.waitForURL(/detail/)
  await shoot('26-detail')
  await page.locator('.list__item').last().click()
  await shoot('27-cancel', false)
  const made = mock.world.appointments.find((one) => one.state === 'booked')
  made.state = 'checked_in'
  await open(`queue/index?id=${made.id}&organization_id=${made.organization_id}`)
  await shoot('28-queue')
  made.state = 'called'
  await page.reload()
  await shoot('29-queue-called')
  made.state = 'checked_in'
  await open('journey/index')
  await shoot('30-journey')
  await open('messages/index')
  await shoot('31-messages')
  await open('family/index')
  await shoot('32-family')
  await page.locator('.yt-foot .wd-button').last().click()
  await shoot('33-family-add', false)
  await open('me/index')
  await shoot('34-me')
  await open('settings/index')
  await shoot('35-settings')
  await open('settings/about')
  await shoot('36-about')
  await fairScreens({ page, mock, shoot, open })
  await open('appointments/index')
  await page.waitForTimeout(400)
  await context.setOffline(true)
  await page.locator('.segment__one').nth(1).click()
  await shoot('99-offline')
  await context.close()
  await mock.close()
}
await browser.close()
if (faults.length) {
  console.error([...new Set(faults)].join('\n'))
  process.exit(1)
}
console.log(`${modes.length} passed, 0 failed`)
