/** One keyboard for the whole console: buttons announce their key while they are on the screen. */
export type KeyTarget = { keys: string[]; element: () => HTMLElement | null; press: () => void; enabled: () => boolean }

const targets: KeyTarget[] = []

/** `F2`, `Ctrl+K`, `Alt+1`, `Enter`; modifiers in the order Ctrl, Alt, Shift. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  const shift = event.shiftKey && event.key.length > 1 ? 'Shift+' : ''
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${key}`
}

export function announceKey(target: KeyTarget): () => void {
  targets.push(target)
  return () => {
    const at = targets.indexOf(target)
    if (at >= 0) targets.splice(at, 1)
  }
}

const isTyping = (node: EventTarget | null): boolean =>
  node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName))

/** Plain keys belong to the field being typed in, and Enter to the focused button; F-keys and Ctrl chords always work. */
export function mayPress(name: string, focus: EventTarget | null): boolean {
  if (/^F\d+$/.test(name) || name.startsWith('Ctrl+') || name.startsWith('Alt+')) return true
  if (isTyping(focus)) return false
  return !(name === 'Enter' && focus instanceof HTMLElement && /^(BUTTON|A|TR)$/.test(focus.tagName))
}

const openLayer = (): Element | null =>
  [...document.querySelectorAll('.el-overlay, .palette-layer')].filter((node) => (node as HTMLElement).style.display !== 'none').at(-1) ?? null

export function handleKey(event: KeyboardEvent): void {
  if (event.isComposing || event.repeat) return
  const name = keyName(event)
  if (!mayPress(name, event.target)) return
  const layer = openLayer()
  if (name === '/' && !layer) {
    const field = document.querySelector<HTMLInputElement>('input[data-search], [data-search] input')
    if (field) {
      event.preventDefault()
      field.focus()
      field.select()
    }
    return
  }
  for (const target of [...targets].reverse()) {
    if (!target.keys.includes(name)) continue
    const element = target.element()
    // While a dialog is open only what stands in it hears the keyboard.
    if (layer && !(element && layer.contains(element))) continue
    event.preventDefault()
    if (target.enabled()) target.press()
    return
  }
}
