import type { Source } from './wxml'

/** What a page's or component's script handed to `Component(...)`. */
export interface Definition {
  properties?: Record<string, { value?: unknown; observer?: (this: Instance, value: unknown) => void }>
  observers?: Record<string, (this: Instance, value: unknown) => void>
  methods?: Record<string, (...args: unknown[]) => unknown>
  lifetimes?: Partial<Record<'attached' | 'ready' | 'detached', (this: Instance) => void>>
  created?: (this: Instance) => void
}
export interface Kind {
  path: string
  definition: Definition
  template: Source[]
  uses: Record<string, Kind>
}

/** A place in the drawn tree. */
export interface Drawn {
  tag: string
  attrs: Record<string, unknown>
  text: string
  children: Drawn[]
  parent: Drawn | null
  /** Whose template the element was written in: its handlers live there. */
  owner: Instance | null
}

/** A live page or component: the `this` of its script. */
export class Instance {
  data: Record<string, unknown> = {}
  readonly dataset = {}
  readonly id = ''
  route?: string
  options?: Record<string, string>
  host: Drawn | null = null
  slots: { sources: Source[]; owner: Instance; scope: Record<string, unknown>; key: string } | null = null
  readonly children = new Map<string, Instance>()
  alive = true;
  [name: string]: unknown

  constructor(
    readonly kind: Kind,
    private readonly redraw: () => void,
  ) {
    for (const [name, property] of Object.entries(kind.definition.properties ?? {})) this.data[name] = property.value
    for (const [name, method] of Object.entries(kind.definition.methods ?? {})) this[name] = method
    this.triggerEvent = (name: string, detail?: unknown) => this.raise(name, detail)
  }

  get is(): string {
    return this.kind.path
  }
  get properties(): Record<string, unknown> {
    return this.data
  }

  setData(change: Record<string, unknown>, done?: () => void): void {
    for (const [path, value] of Object.entries(change)) setPath(this.data, path, value)
    if (this.alive) this.redraw()
    if (done) queueMicrotask(done)
  }

  /** Gives a property a new value from the parent's template; its observers run only when it differs. */
  give(name: string, value: unknown): void {
    const property = this.kind.definition.properties?.[name]
    if (!property || same(this.data[name], value)) return
    this.data[name] = value
    if (!this.attachedOnce) return
    property.observer?.call(this, value)
    this.kind.definition.observers?.[name]?.call(this, value)
  }

  attachedOnce = false
  attach(): void {
    this.attachedOnce = true
    // Observers of what was given before, as the mini-program runs them when the component is born.
    for (const [name, property] of Object.entries(this.kind.definition.properties ?? {})) {
      if (!same(this.data[name], property.value)) property.observer?.call(this, this.data[name])
    }
    this.kind.definition.lifetimes?.attached?.call(this)
  }
  ready(): void {
    this.kind.definition.lifetimes?.ready?.call(this)
  }

  detach(): void {
    for (const child of this.children.values()) child.detach()
    this.children.clear()
    this.alive = false
    this.kind.definition.lifetimes?.detached?.call(this)
  }

  raise(name: string, detail?: unknown): void {
    const host = this.host
    if (!host?.owner) return
    const handler = host.attrs[`bind${name}`] ?? host.attrs[`bind:${name}`]
    if (typeof handler === 'string')
      call(host.owner, handler, {
        type: name,
        detail,
        target: { dataset: {}, id: '' },
        currentTarget: { dataset: {}, id: '' },
      })
  }

  selectComponent(): null {
    return null
  }
  selectAllComponents(): Instance[] {
    return []
  }
}

/** Calls a handler by name on the page or component that wrote it. */
export function call(owner: Instance, handler: string, event: object): void {
  const act = owner[handler]
  if (typeof act !== 'function') throw new Error(`${owner.is} has no handler ${handler}`)
  ;(act as (event: object) => void).call(owner, event)
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b))
}

function setPath(data: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.replace(/\[(\d+)\]/g, '.$1').split('.')
  let at = data as Record<string, unknown>
  for (const part of parts.slice(0, -1)) {
    if (typeof at[part] !== 'object' || at[part] === null) at[part] = {}
    at = at[part] as Record<string, unknown>
  }
  at[parts[parts.length - 1]!] = value
}
