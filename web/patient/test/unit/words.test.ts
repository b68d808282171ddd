import { inflateSync } from 'node:zlib'
import { encode } from 'uqr'
import { afterEach, expect, test } from 'vitest'
import { ageInYears, checkCharacter, isMobile, readIdNumber } from '@/words/id-number'
import { distanceWords, feeWords } from '@/words/money'
import { png, qrPicture } from '@/words/qr-picture'
import {
  addDays,
  clockWords,
  countdown,
  dayWords,
  daysBetween,
  epochOf,
  momentWords,
  nearDay,
  useRegionZone,
  wallAt,
  wallOf,
} from '@/words/time'

afterEach(() => useRegionZone('Asia/Shanghai'))

// The example of GB 11643-1999.
test('the check character is that of the standard', () => {
  expect(checkCharacter('11010519491231002')).toBe('X')
  expect(checkCharacter('44052418800101001')).toBe('4')
})

test('a sound number gives birth date and sex; the last X may be small', () => {
  expect(readIdNumber('11010519491231002x', '2026-01-01')).toEqual({ ok: true, birthDate: '1949-12-31', sex: 'female' })
})

test.each([
  ['110105194912310020', 'checksum'],
  ['11010519490231002X', 'date'],
  ['11010518991231002X', 'date'],
  ['11010549991231002X', 'date'],
  ['1101051949123100', 'length'],
  ['1101051949123100AB', 'characters'],
  ['11010519491231X02X', 'characters'],
  ['', 'length'],
])('%s is refused for its %s', (number, fault) => {
  expect(readIdNumber(number, '2026-01-01')).toEqual({ ok: false, fault })
})

test('every single wrong digit is noticed', () => {
  const sound = '11010519491231002X'
  for (let at = 0; at < 17; at++) {
    for (const digit of '0123456789') {
      if (digit === sound[at]) continue
      expect(readIdNumber(sound.slice(0, at) + digit + sound.slice(at + 1), '2026-01-01').ok).toBe(false)
    }
  }
})

test('a birthday counts from its day on', () => {
  expect(ageInYears('2012-11-22', '2026-11-21')).toBe(13)
  expect(ageInYears('2012-11-22', '2026-11-22')).toBe(14)
})

test('mobile numbers', () => {
  expect(isMobile('13800000001')).toBe(true)
  expect(isMobile('12800000001')).toBe(false)
  expect(isMobile('1380000000')).toBe(false)
})

test('money is whole fen in plain words', () => {
  expect(feeWords(5000, 'zh-Hans')).toBe('50 元')
  expect(feeWords(1250, 'en')).toBe('¥12.50')
  expect(feeWords(105, 'zh-Hans')).toBe('1.05 元')
  expect(feeWords(0, 'zh-Hans')).toBe('免费')
  expect(() => feeWords(0.5, 'en')).toThrow(RangeError)
})

test('distances', () => {
  expect(distanceWords(843, 'zh-Hans')).toBe('840 米')
  expect(distanceWords(3240, 'en')).toBe('3.2 km')
  expect(distanceWords(23_400, 'zh-Hans')).toBe('23 公里')
})

test('a time shows the hospital’s clock, whatever the phone’s zone', () => {
  expect(wallOf('2026-11-22T09:30:00+08:00')).toMatchObject({ date: '2026-11-22', hour: 9, minute: 30 })
  expect(wallOf('2026-11-22T01:30:00Z')).toMatchObject({ date: '2026-11-22', hour: 9, minute: 30 })
  expect(wallAt(Date.UTC(2026, 10, 21, 16, 0))).toMatchObject({ date: '2026-11-22', hour: 0 })
  useRegionZone('Asia/Urumqi')
  expect(wallOf('2026-11-22T01:30:00Z').hour).toBe(7)
})

test('days and clocks in words', () => {
  expect(dayWords('2026-11-22', 'zh-Hans', '2026-11-22')).toBe('今天 11月22日 周日')
  expect(dayWords('2026-11-25', 'en', '2026-11-22')).toBe('Wed 25 Nov')
  expect(dayWords('2027-01-02', 'zh-Hans', '2026-12-22')).toBe('2027年1月2日 周六')
  expect(nearDay('2026-11-24', 'zh-Hans', '2026-11-22')).toBe('后天')
  expect(clockWords('2026-11-22T12:05:00+08:00', 'zh-Hans')).toBe('中午 12:05')
  expect(clockWords('2026-11-22T14:05:00+08:00', 'en')).toBe('2:05 pm')
  expect(clockWords('2026-11-22T00:05:00+08:00', 'en')).toBe('12:05 am')
  expect(momentWords('2026-11-23T08:00:00+08:00', 'zh-Hans', '2026-11-22')).toBe('明天 11月23日 周一 上午 8:00')
  expect(countdown(245.2)).toBe('4:06')
  expect(countdown(-3)).toBe('0:00')
})

test('days are counted over months and years', () => {
  expect(addDays('2026-12-30', 3)).toBe('2027-01-02')
  expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2)
})

test('a time with six digits of a second is read', () => {
  expect(epochOf('2026-11-22T09:30:00.123456+08:00')).toBe(Date.UTC(2026, 10, 22, 1, 30, 0, 123))
})

test('the QR picture is a PNG that holds exactly the code’s modules', () => {
  const text = `${'A1'.repeat(32)}:0:${'F0'.repeat(16)}:3310A0062FWHB00187`
  const bytes = Buffer.from(qrPicture(text, 2, 3).split(',')[1]!, 'base64')
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  const side = bytes.readUInt32BE(16)
  const modules = encode(text, { ecc: 'M', border: 3 }).data
  expect(side).toBe(modules.length * 2)
  const size = bytes.readUInt32BE(33)
  // Inflating also proves the stored blocks and their checksum.
  const raw = inflateSync(bytes.subarray(41, 41 + size))
  const stride = Math.ceil(side / 8) + 1
  modules.forEach((row, y) =>
    row.forEach((dark, x) => {
      const bit = (raw[y * 2 * stride + 1 + ((x * 2) >> 3)]! >> (7 - ((x * 2) & 7))) & 1
      expect(bit === 0).toBe(dark)
    }),
  )
})

test('a picture larger than one stored block is whole', () => {
  const modules = Array.from({ length: 100 }, (_, y) => Array.from({ length: 100 }, (_, x) => (x + y) % 3 === 0))
  const bytes = Buffer.from(png(modules, 8))
  const raw = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)))
  expect(raw.length).toBe(800 * 101)
})
