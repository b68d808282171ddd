import { readFileSync } from 'node:fs'
import { parseDocument } from 'htmlparser2'
import type { ChildNode, Element } from 'domhandler'

/** A template as it was written: elements with raw attributes, and text. */
export interface Source {
  tag: string
  attrs: Record<string, string>
  children: Source[]
  text: string
  place: string
}
export type Scope = Record<string, unknown>

/** Reads a WXML file. Each element gets a `place`, its path in the file, by which instances are kept between renderings. */
export function readWxml(file: string): Source[] {
  const document = parseDocument(readFileSync(file, 'utf8'), { xmlMode: true, decodeEntities: true })
  return convert(document.childNodes, '')
}

function convert(nodes: ChildNode[], above: string): Source[] {
  const out: Source[] = []
  nodes.forEach((node, i) => {
    const place = `${above}/${i}`
    if (node.type === 'text') {
      if (node.data.trim()) out.push({ tag: '#text', attrs: {}, children: [], text: node.data.trim(), place })
    } else if (node.type === 'tag') {
      const element = node as Element
      out.push({
        tag: element.name,
        attrs: { ...element.attribs },
        children: convert(element.childNodes, place),
        text: '',
        place,
      })
    }
  })
  return out
}

const compiled = new Map<string, (scope: Scope) => unknown>()

function expression(code: string): (scope: Scope) => unknown {
  let run = compiled.get(code)
  if (!run) {
    // `with` finds names in the data; a name that isn't there is undefined, as in the mini-program.
    const body = new Function('scope', `with (scope) { return (${code}) }`) as (scope: Scope) => unknown
    run = (scope) => body(new Proxy(scope, { has: (_target, key) => key !== Symbol.unscopables }))
    compiled.set(code, run)
  }
  return run
}

/** The value of an attribute or text: one `{{…}}` alone keeps its type, anything else becomes a string. */
export function evaluate(raw: string, scope: Scope): unknown {
  const alone = /^\{\{([\s\S]*)\}\}$/.exec(raw)
  if (alone && !alone[1]!.includes('}}')) return expression(alone[1]!)(scope)
  return raw.replace(/\{\{([\s\S]*?)\}\}/g, (_all, code: string) => {
    const value = expression(code)(scope)
    return value === undefined || value === null ? '' : String(value)
  })
}
