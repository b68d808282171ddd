import type { CustodyLine, DispenseView, LineOut } from '@/api/calls/pharmacy'

/** What lies on the counter for one line: its packages by code, how many units of them go out, from which batch. */
export type OnCounter = { number: number; codes: string[]; units: number; batch: string; expires_on: string }
/** Why a package was not put down: it lies there already, or the line has all it needs. */
export type Refused = 'twice' | 'full'

export const leftOf = ({ line }: CustodyLine): number => Math.max(0, line.units - line.dispensed)
export const emptyCounter = (lines: CustodyLine[]): OnCounter[] => lines.map(({ line }) => ({ number: line.number, codes: [], units: 0, batch: '', expires_on: '' }))

/** The line that the next package belongs to: the picked one while it needs more, else the first that does. */
export function nextLine(lines: CustodyLine[], counter: OnCounter[], picked: number | null): number | null {
  const open = lines.filter((one, n) => (counter[n]?.units ?? 0) < leftOf(one))
  return (open.find((one) => one.line.number === picked) ?? open[0])?.line.number ?? null
}

/** Puts a package down for a line: a whole one, or what is still needed of it. */
export function putDown(counter: OnCounter[], lines: CustodyLine[], number: number, code: string): Refused | null {
  const one = lines.find((line) => line.line.number === number)
  const row = counter.find((r) => r.number === number)
  if (!one || !row) return 'full'
  if (counter.some((r) => r.codes.includes(code))) return 'twice'
  const open = leftOf(one) - row.units
  if (open <= 0) return 'full'
  row.codes.push(code)
  row.units += Math.min(one.line.units_per_package, open)
  return null
}

/** Takes a package off the counter again; the rest is counted anew. */
export function pickUp(row: OnCounter, code: string, size: number): void {
  row.codes = row.codes.filter((one) => one !== code)
  row.units = Math.min(row.units, row.codes.length * size)
}

/** Shares units over packages of `size`, each filled before the next; null when they do not fit or one stays empty. */
export function spread(units: number, codes: string[], size: number): { code: string; units: number }[] | null {
  const out: { code: string; units: number }[] = []
  let rest = units
  for (const code of codes) {
    const here = Math.min(size, rest)
    if (here <= 0) return null
    out.push({ code, units: here })
    rest -= here
  }
  return rest > 0 && codes.length ? null : out
}

/** The request's lines; a line whose packages do not hold its units stands in `wrong` by its number. */
export function linesOut(counter: OnCounter[], lines: CustodyLine[]): { out: LineOut[]; wrong: number[] } {
  const out: LineOut[] = []
  const wrong: number[] = []
  for (const row of counter) {
    const one = lines.find((line) => line.line.number === row.number)
    if (!one || row.units <= 0) continue
    const packages = spread(row.units, row.codes, one.line.units_per_package)
    if (!packages || row.units > leftOf(one)) wrong.push(row.number)
    else out.push({ number: row.number, units: row.units, packages, batch: row.batch.trim(), expires_on: row.expires_on || null })
  }
  return { out, wrong }
}

/** Whether nothing would be left of any line after this. */
export const isAll = (counter: OnCounter[], lines: CustodyLine[]): boolean => lines.every((one, n) => (counter[n]?.units ?? 0) >= leftOf(one))

export type Outside = { number: number; name: string; unit: string; code: string; units: number }
/** What the patient has of a prescription: packages that went out less what came back; goods without a code by their line. */
export function outside(dispenses: DispenseView[]): Outside[] {
  const found = new Map<string, Outside>()
  for (const receipt of dispenses) {
    if (receipt.kind === 'close') continue
    const sign = receipt.kind === 'return' ? -1 : 1
    for (const line of receipt.lines) {
      const pieces = line.packages?.length ? line.packages : [{ code: '', units: line.units }]
      for (const piece of pieces) {
        const key = `${line.number}/${piece.code}`
        const before = found.get(key)?.units ?? 0
        found.set(key, { number: line.number, name: line.name, unit: line.unit, code: piece.code, units: before + sign * Math.abs(piece.units) })
      }
    }
  }
  return [...found.values()].filter((one) => one.units > 0)
}
