export type ServerEvent = { event: string; data: string; id: string | null }

/**
 * Reads `text/event-stream` bytes piece by piece (WHATWG HTML, "Server-sent events"): pieces may break anywhere,
 * lines end in CR, LF or CRLF, comment lines only prove that the line is alive.
 */
export class EventReader {
  private rest = ''
  private event = ''
  private id: string | null = null
  private lines: string[] = []

  push(piece: string): ServerEvent[] {
    const found: ServerEvent[] = []
    let text = this.rest + piece
    // A CR at the very end may be the first half of CRLF: keep it for the next piece.
    const held = text.endsWith('\r') ? '\r' : ''
    if (held) text = text.slice(0, -1)
    const parts = text.split(/\r\n|\n|\r/)
    this.rest = (parts.pop() ?? '') + held
    for (const line of parts) {
      const done = this.line(line)
      if (done) found.push(done)
    }
    return found
  }

  private line(line: string): ServerEvent | null {
    if (line === '') return this.dispatch()
    if (line.startsWith(':')) return null
    const at = line.indexOf(':')
    const field = at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
    if (field === 'data') this.lines.push(value)
    else if (field === 'event') this.event = value
    else if (field === 'id') this.id = value
    return null
  }

  private dispatch(): ServerEvent | null {
    const ready = this.lines.length ? { event: this.event || 'message', data: this.lines.join('\n'), id: this.id } : null
    this.lines = []
    this.event = ''
    return ready
  }
}
