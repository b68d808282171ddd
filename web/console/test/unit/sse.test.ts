import { describe, expect, test } from 'vitest'
import { EventReader } from '@/api/sse'

describe('EventReader', () => {
  test('puts an event together from pieces that break anywhere', () => {
    const whole = 'event: state\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: beat\n\ndata: two\n\n'
    for (let cut = 1; cut < whole.length; cut += 1) {
      const reader = new EventReader()
      const found = [...reader.push(whole.slice(0, cut)), ...reader.push(whole.slice(cut))]
      expect(found.map((e) => [e.event, e.data]), `cut at ${cut}`).toEqual([['state', '{"a":\n1}'], ['message', 'two']])
    }
  })

  test('heartbeats and events without data give nothing', () => {
    const reader = new EventReader()
    expect(reader.push(': beat\n\nevent: state\n\nid: 4\n\n')).toEqual([])
  })

  test('an unfinished event waits for its empty line', () => {
    const reader = new EventReader()
    expect(reader.push('data: x\n')).toEqual([])
    expect(reader.push('\n')).toEqual([{ event: 'message', data: 'x', id: null }])
  })
})
