/** What the mock publishes of a draw, made as the server makes it (one class, no public value). */
import { createHash, randomBytes } from 'node:crypto'

const sm3 = (...parts) => createHash('sm3').update(Buffer.concat(parts)).digest()
const hex = (text) => Buffer.from(text, 'hex')
const mark = (n) => Buffer.of(n)
const canonical = (value) =>
  Array.isArray(value)
    ? `[${value.map(canonical).join(',')}]`
    : value && typeof value === 'object'
      ? `{${Object.keys(value)
          .sort()
          .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
          .join(',')}}`
      : JSON.stringify(value)

export const sealed = (seed) => sm3(hex(seed)).toString('hex')

/** A request of a person; without an id, of somebody. */
export function requestOf(draw, choices, patientId) {
  const salt = randomBytes(32).toString('hex')
  const id = patientId ? hex(patientId.replaceAll('-', '')) : randomBytes(16)
  const identity = sm3(mark(2), hex(salt), id).toString('hex')
  const entry = { choices, draw: draw.id, identity, stratum: 'general' }
  const leaf = sm3(mark(0), Buffer.from(canonical(entry))).toString('hex')
  return { leaf, identity, stratum: 'general', choices, salt }
}

function rootOf(leaves) {
  let level = leaves.map(hex)
  while (level.length > 1) {
    const above = []
    for (let i = 0; i < level.length; i += 2)
      above.push(i + 1 < level.length ? sm3(mark(1), level[i], level[i + 1]) : level[i])
    level = above
  }
  return level[0].toString('hex')
}

/** The published file of a closed or drawn draw. */
export function publish(draw, entries) {
  const terms = {
    draw_id: draw.id,
    title: draw.title,
    opens_at: draw.opens_at,
    closes_at: draw.closes_at,
    commitment: draw.commitment,
    choices_max: draw.choices_max,
    beacon_source: null,
    strata: [{ code: 'general', title: { zh: '普通', en: 'General' }, places: null, rule: null }],
    slots: draw.slots.map(({ slot_id, places }) => ({ slot_id, places })),
  }
  const requests = entries
    .map(({ leaf, identity, stratum, choices }) => ({ leaf, identity, stratum, choices }))
    .sort((one, other) => (one.leaf < other.leaf ? -1 : 1))
  const root = rootOf(requests.map((one) => one.leaf))
  const digest = sm3(Buffer.from(canonical(terms)))
  const seed = draw.state === 'drawn' ? draw.secret : null
  const results = []
  if (seed) {
    const lots = sm3(mark(3), hex(seed), digest, hex(root))
    const room = new Map(draw.slots.map((one) => [one.slot_id, one.places]))
    const turns = requests.map((one) => ({ ...one, ticket: sm3(lots, hex(one.leaf)).toString('hex') }))
    turns.sort((one, other) => (one.ticket < other.ticket ? -1 : 1))
    for (const { leaf, ticket, choices } of turns) {
      const slot_id = choices.find((id) => room.get(id) > 0) ?? null
      if (slot_id) room.set(slot_id, room.get(slot_id) - 1)
      results.push({ rank: results.length + 1, leaf, turn: 0, ticket, slot_id })
    }
  }
  return {
    format: 'yitong-draw-1',
    terms,
    terms_digest: digest.toString('hex'),
    closed_at: draw.closes_at,
    requests,
    root,
    beacon: null,
    seed,
    results,
    offers: [],
  }
}
