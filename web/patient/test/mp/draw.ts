import { Instance, type Drawn } from './component'
import { evaluate, type Scope, type Source } from './wxml'

interface Context {
  owner: Instance
  scope: Scope
  key: string
  redraw: () => void
  born: Instance[]
  kept: Map<Instance, Set<string>>
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())

/** Draws a page: evaluates its template and those of its components, keeping the components that are still there. */
export function drawPage(page: Instance, redraw: () => void): Drawn {
  const root: Drawn = { tag: 'page', attrs: {}, text: '', children: [], parent: null, owner: null }
  const born: Instance[] = []
  const kept = new Map<Instance, Set<string>>()
  drawTemplate(page.kind.template, root, { owner: page, scope: page.data, key: '', redraw, born, kept })
  sweep(kept)
  // Children are ready before their parents.
  for (const one of born.reverse()) one.ready()
  return root
}

/** Removes components whose element is gone. */
function sweep(kept: Map<Instance, Set<string>>): void {
  for (const [owner, keys] of kept) {
    for (const [key, child] of owner.children) {
      if (keys.has(key)) continue
      owner.children.delete(key)
      child.detach()
    }
  }
}

function drawTemplate(sources: Source[], parent: Drawn, at: Context): void {
  if (!at.kept.has(at.owner)) at.kept.set(at.owner, new Set())
  let taken = false
  for (const source of sources) {
    const { attrs } = source
    if ('wx:if' in attrs) taken = Boolean(evaluate(attrs['wx:if']!, at.scope))
    else if ('wx:elif' in attrs) {
      if (taken) continue
      taken = Boolean(evaluate(attrs['wx:elif']!, at.scope))
    } else if ('wx:else' in attrs) {
      if (taken) continue
      taken = true
    } else taken = true
    if (!taken) continue
    if ('wx:for' in attrs) drawEach(source, parent, at)
    else drawOne(source, parent, at)
  }
}

function drawEach(source: Source, parent: Drawn, at: Context): void {
  const list = (evaluate(source.attrs['wx:for']!, at.scope) ?? []) as unknown[]
  const named = source.attrs['wx:for-item'] ?? 'item'
  const by = source.attrs['wx:key']
  list.forEach((item, index) => {
    const scope = Object.assign(Object.create(at.scope) as Scope, {
      [named]: item,
      [source.attrs['wx:for-index'] ?? 'index']: index,
    })
    const id = by && by !== '*this' && item && typeof item === 'object' ? (item as Scope)[by] : index
    drawOne(source, parent, { ...at, scope, key: `${at.key}#${String(id)}` })
  })
}

function drawOne(source: Source, parent: Drawn, at: Context): void {
  if (source.tag === '#text') {
    const value = evaluate(source.text, at.scope)
    parent.children.push({
      tag: '#text',
      attrs: {},
      text: value === undefined || value === null ? '' : String(value),
      children: [],
      parent,
      owner: at.owner,
    })
    return
  }
  if (source.tag === 'block') return drawTemplate(source.children, parent, at)
  if (source.tag === 'slot') return drawSlot(source, parent, at)
  const attrs: Record<string, unknown> = {}
  for (const [name, raw] of Object.entries(source.attrs))
    if (!name.startsWith('wx:')) attrs[name] = evaluate(raw, at.scope)
  const drawn: Drawn = { tag: source.tag, attrs, text: '', children: [], parent, owner: at.owner }
  parent.children.push(drawn)
  const kind = at.owner.kind.uses[source.tag]
  if (!kind) return drawTemplate(source.children, drawn, at)

  const key = `${source.place}${at.key}`
  at.kept.get(at.owner)!.add(key)
  let child = at.owner.children.get(key)
  const fresh = !child
  if (!child) {
    child = new Instance(kind, at.redraw)
    at.owner.children.set(key, child)
    kind.definition.created?.call(child)
  }
  child.host = drawn
  child.slots = { sources: source.children, owner: at.owner, scope: at.scope, key: at.key }
  for (const [name, value] of Object.entries(attrs)) child.give(camel(name), value)
  if (fresh) {
    child.attach()
    at.born.push(child)
  }
  drawTemplate(kind.template, drawn, { ...at, owner: child, scope: child.data, key: '' })
}

/** What was written between a component's tags, drawn where its template says, with the data of whoever wrote it. */
function drawSlot(source: Source, parent: Drawn, at: Context): void {
  const given = at.owner.slots
  const name = source.attrs.name ? evaluate(source.attrs.name, at.scope) : ''
  const fitting = (given?.sources ?? []).filter((one) => (one.attrs.slot ?? '') === name)
  if (!given || fitting.length === 0) return drawTemplate(source.children, parent, at)
  drawTemplate(fitting, parent, { ...at, owner: given.owner, scope: given.scope, key: given.key })
}
