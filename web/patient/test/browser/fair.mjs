/** The part of the walk that shows waiting lists, offers, draws, reviews, favourites, appeals and the rush hour. */
import { enter, makeOffer } from '../mock/fair.mjs'

const DAY = 86_400_000

export async function fairScreens({ page, mock, shoot, open }) {
  const { world } = mock
  const [me] = world.members
  const free = world.schedules.find((one) => one.state === 'open')
  const doctor = free.practitioner_role_id
  const clinic = `organization_id=${free.organization_id}&department_id=${free.department_id}`
  const button = (nth = -1) => page.locator('.yt-foot .wd-button').nth(nth)
  const slot = free.slots.find((one) => one.state === 'open' && one.remaining > 0)
  // The browser keeps a page whose address differs only in its query; a reload makes it anew.
  const fresh = async (at) => {
    await open(at)
    await page.reload()
    await page.waitForTimeout(300)
  }
  const confirm = async () => {
    await fresh(`booking/confirm?slot_id=${slot.slot_id}&at=${encodeURIComponent(slot.start_at)}&${clinic}`)
  }

  // A full clinic, and joining its waiting list.
  const full = world.schedules.find(
    (one) => one.practitioner_role_id === doctor && one !== free && one.state === 'open',
  )
  for (const one of full.slots) one.remaining = 0
  Object.assign(full, { remaining: 0, state: 'full' })
  await open(`find/doctor?id=${doctor}&organization_id=${free.organization_id}`)
  await shoot('40-doctor')
  await page.locator('.keep').click()
  await open(
    `find/times?schedule_id=${full.schedule_id}&clinic=${encodeURIComponent(full.practitioner_name)}&role_id=${doctor}&doctor=${encodeURIComponent(full.practitioner_name)}&${clinic}`,
  )
  await shoot('41-times-full')
  await page.locator('.card--warm .wd-button').click()
  await page.waitForURL(/waitlist\/join/)
  await shoot('42-waitlist-join')
  await button().click()
  await page.waitForURL(/waitlist\/index/)
  await shoot('43-waitlist')

  // An offer from the list, and one instead of a stopped clinic.
  const offer = makeOffer(world, { patient_id: me.patient_id, name: me.name }, 'waitlist')
  await open('home/index')
  await shoot('44-home-offer')
  await open(`waitlist/offer?id=${offer.id}`)
  await shoot('45-offer')
  await page.locator('.yt-foot .wd-button').first().click()
  await shoot('46-offer-decline', false)
  await page.locator('.yt-sheet__in .wd-button').first().click()
  await shoot('47-offer-declined')
  const booked = world.appointments.find((one) => one.practitioner_name)
  Object.assign(booked, { state: 'booked', can_cancel: true })
  const stopped = makeOffer(world, { patient_id: me.patient_id, name: me.name }, 'stopped', booked.id)
  await fresh(`waitlist/offer?id=${stopped.id}`)
  await shoot('48-offer-stopped')
  await button().click()
  await page.waitForURL(/done/)

  // Rush hour: the line, a proof, a code, and what a refusal leads to.
  world.hurdles.push(['hold', 'waiting-room', 3, 60])
  await confirm()
  await shoot('50-waiting-room')
  world.hurdles.length = 0
  world.hurdles.push(['confirm', 'proof-needed', 40], ['confirm', 'phone-code-needed'])
  await confirm()
  await page.waitForSelector('.holdbar')
  await button().click()
  await shoot('51-proof', false)
  await page.locator('.yt-sheet__close').last().click()
  await page.waitForTimeout(400)
  world.hurdles.shift()
  await button().click()
  await shoot('52-phone-code', false)
  world.hurdles.length = 0
  const refusals = [
    [
      '53-not-released',
      'not-released',
      409,
      '还没放号',
      'Not open yet',
      { opens_at: new Date(Date.now() + 754_000).toISOString() },
    ],
    [
      '54-banned',
      'booking-banned',
      403,
      '暂时不能网上预约',
      'Booking online is closed for now',
      { until: new Date(Date.now() + 20 * DAY).toISOString() },
    ],
    [
      '55-limit',
      'limit-reached',
      409,
      '已达到预约上限：每位就诊人尚未就诊的预约（5）。',
      'A booking limit is reached: visits of one patient that still lie ahead (5).',
      { rule: 'person-outstanding' },
    ],
    ['56-full', 'slot-taken', 409, '这个号刚被别人约走了', 'Someone else has just taken this time', {}],
  ]
  for (const [label, ...refusal] of refusals) {
    world.hurdles.push(['hold', 'refused', ...refusal])
    await confirm()
    await shoot(label)
    world.hurdles.length = 0
  }

  // Draws: the list, one to come, choosing, being in, won, lost, the proof.
  await open('draws/index')
  await shoot('60-draws')
  const [announced, running, closed, drawn] = world.draws
  const at = (page_, draw) => `draws/${page_}?id=${draw.id}&organization_id=${draw.organization_id}`
  await open(at('detail', announced))
  await shoot('61-draw-announced')
  await fresh(at('detail', running))
  await page.locator('.wish').nth(1).click()
  await page.locator('.wish').nth(4).click()
  await shoot('62-draw-choose')
  await button().click()
  await page.waitForSelector('.result')
  await shoot('63-draw-entered')
  const won = enter(world, drawn.id, me.patient_id, [drawn.slots[0].slot_id, drawn.slots[3].slot_id], 'won', 4)
  const kept = world.appointments.find((one) => one.state === 'held') ?? booked
  won.offer = {
    sequence: 4,
    slot_id: won.choices[0],
    start_at: drawn.slots[0].start_at,
    appointment_id: kept.id,
    outcome: 'offered',
    expires_at: new Date(Date.now() + 11 * 3_600_000).toISOString(),
  }
  await fresh(at('detail', drawn))
  await shoot('64-draw-won')
  await open(at('proof', drawn))
  await shoot('65-draw-proof')
  Object.assign(won, { state: 'lost', rank: 31, offer: null })
  await fresh(at('detail', drawn))
  await shoot('66-draw-lost')
  await fresh(at('proof', closed))
  await shoot('67-draw-proof-closed')

  // Reviews, favourites, limits.
  await open(`reviews/index?id=${doctor}&organization_id=${free.organization_id}&name=${encodeURIComponent('陈立群')}`)
  await shoot('70-reviews')
  Object.assign(booked, { state: 'fulfilled', can_cancel: false })
  await open(`appointments/detail?id=${booked.id}&organization_id=${booked.organization_id}`)
  await shoot('71-finished')
  await open(`reviews/write?id=${booked.id}&organization_id=${booked.organization_id}`)
  for (const row of await page.locator('.side').all()) await row.locator('.stars__one').nth(4).click()
  await page.locator('textarea').fill('讲得很清楚，等的时间也不长。')
  await shoot('72-review-write')
  await button().click()
  await shoot('73-review-sent')
  await open('favourites/index')
  await shoot('74-favourites')
  await open('restrictions/index')
  await shoot('75-restrictions-none')
  world.bans.push({
    id: 'ban-1',
    patient_id: me.patient_id,
    patient_name: '李**',
    organization_id: free.organization_id,
    organization_name: '临海市第一人民医院',
    reason: 'no_show',
    counted: 3,
    made_at: new Date(Date.now() - DAY).toISOString(),
    until: new Date(Date.now() + 29 * DAY).toISOString(),
    in_force: true,
    appeal: null,
    appealed_at: null,
    decided_at: null,
    lifted: null,
    decision: null,
  })
  await open('me/index')
  await shoot('76-me')
  await open('restrictions/index')
  await shoot('77-restrictions')
  await page.locator('.card .wd-button').first().click()
  await page.locator('textarea').fill('那天路上堵车，到医院时已经过了签到时间。')
  await shoot('78-appeal', false)
  await page.locator('.yt-sheet__in .wd-button').first().click()
  await page.waitForTimeout(300)
  await shoot('79-appealed')
  await open(`find/hospital?id=${free.organization_id}`)
  await shoot('80-hospital-draws')
}
