import { expect, test, vi } from 'vitest'
import type { HallRoomMore } from '@/api/calls/queueing'
import { credential, takeDeviceToken } from '@/api/credential'
import { byRoom } from '@/screens/hall/board'
import { cleanCode, useCheckIn } from '@/screens/kiosk/check-in'

test('the device token leaves the address, wherever it stood', () => {
  expect(takeDeviceToken('http://h/console/?device=abc#/kiosk')).toEqual({ token: 'abc', href: 'http://h/console/#/kiosk' })
  expect(takeDeviceToken('http://h/console/#/hall/1?device=abc&organization_id=2')).toEqual({ token: 'abc', href: 'http://h/console/#/hall/1?organization_id=2' })
  expect(takeDeviceToken('http://h/console/#/room').token).toBeNull()
})

test('a device speaks with its own token, a person with theirs', () => {
  credential.keepStaff('person')
  credential.asDevice(true)
  expect(credential.token()).toBe('person')
  credential.keepDevice('device')
  credential.asDevice(true)
  expect(credential.token()).toBe('device')
  credential.asDevice(false)
  expect(credential.token()).toBe('person')
})

test('what scanners add around a code is taken away', () => {
  expect(cleanCode('\uFEFF ABC:1:33\r\n')).toBe('ABC:1:33')
})

const json = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const keys: (string | null)[] = []
function serve(...answers: (() => Response)[]): void {
  keys.length = 0
  vi.stubGlobal('fetch', async (request: Request) => {
    keys.push(request.headers.get('Idempotency-Key'))
    const next = answers.shift()
    if (!next) throw new Error('one call too many')
    return next()
  })
}
const done = { patient: { name_masked: '王*' }, results: [], others: [] }

test('after a broken line the same card is sent with the same id, so the first try is answered again', async () => {
  serve(() => { throw new TypeError('no line') }, () => json(200, done), () => json(200, done))
  const kiosk = useCheckIn()
  await kiosk.scan('CODE-1\n')
  expect([kiosk.phase.value, kiosk.problem.value?.code]).toEqual(['refused', 'offline'])
  kiosk.reset()
  await kiosk.scan('CODE-1')
  expect(kiosk.phase.value).toBe('done')
  expect(keys[1]).toBe(keys[0])
  kiosk.reset()
  await kiosk.scan('CODE-1')
  expect(keys[2]).not.toBe(keys[0])
})

test('a refused card is told with its code, and the next try is a new act', async () => {
  const problem = { type: '/problems/card-code-expired', code: 'card-code-expired', status: 422, title: '', message: { zh: '过期', en: 'Expired' }, next: { zh: '刷新', en: 'Refresh' }, retry: false, request_id: 'r' }
  serve(() => json(422, problem), () => json(200, done))
  const kiosk = useCheckIn()
  await kiosk.scan('OLD')
  expect(kiosk.problem.value?.code).toBe('card-code-expired')
  kiosk.reset()
  await kiosk.scan('OLD')
  expect(keys[1]).not.toBe(keys[0])
})

test('an empty scan asks nothing', async () => {
  serve()
  const kiosk = useCheckIn()
  await kiosk.scan(' \r\n')
  expect(kiosk.phase.value).toBe('idle')
})

test('clinics behind one door share a card: who waits is added up, a pause of either is told', () => {
  const room = { schedule_id: 'a', room: '1 诊室', department_name: '心内科', department_name_en: 'Cardiology', practitioner_name: null, title: null, now_serving: null, waiting: [], waiting_count: 2 } as unknown as HallRoomMore
  const pause = { reason: '医生会诊', reason_en: 'consulting', since: '2026-11-22T08:00:00+08:00', until: null }
  const [one, two] = byRoom([room, { ...room, schedule_id: 'b', practitioner_name: '王静怡', waiting_count: 3, paused: pause }, { ...room, schedule_id: 'c', room: '2 诊室' }])
  expect([one?.waiting_count, one?.practitioner_name, one?.paused?.reason, two?.room, two?.paused]).toEqual([5, '王静怡', '医生会诊', '2 诊室', undefined])
})
