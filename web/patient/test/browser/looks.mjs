/**
 * What a picture alone does not prove: words cut off or out of the page, targets too small for a thumb, text that is hard
 * to read. Runs inside the page.
 */
export function looks({ groups, touch, contrast }) {
  const found = []
  if (document.documentElement.scrollWidth > innerWidth + 1)
    found.push(`scrolls sideways: ${document.documentElement.scrollWidth}`)
  const keys = document.body.innerText.match(new RegExp(`\\b(${groups.join('|')})\\.[a-zA-Z_]+`, 'g'))
  if (keys) found.push(`untranslated: ${keys.join(' ')}`)
  if (/undefined|NaN|\[object/.test(document.body.innerText)) found.push('undefined on the page')

  // The page on top; those below stay in the document.
  const pages = [...document.querySelectorAll('uni-page')].filter(
    (one) => one.offsetParent !== null || one.offsetHeight,
  )
  const top = pages[pages.length - 1]
  if (!top) return found
  const shown = (one) => {
    const box = one.getBoundingClientRect()
    return box.width > 0 && box.height > 0 && getComputedStyle(one).visibility !== 'hidden'
  }
  const name = (one) =>
    `${one.className} “${(one.getAttribute('aria-label') ?? one.innerText ?? '').trim().slice(0, 30)}”`

  const targets = '[role=button],[role=tab],[role=radio],[role=switch],[role=checkbox],uni-button,.link,.chip'
  for (const one of top.querySelectorAll(targets)) {
    if (!shown(one)) continue
    const { width, height } = one.getBoundingClientRect()
    if (width < touch - 0.5 || height < touch - 0.5)
      found.push(`small target ${Math.round(width)}×${Math.round(height)}: ${name(one)}`)
  }

  const texts = []
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.data.trim() && node.parentElement && shown(node.parentElement)) texts.push(node)
  for (const node of texts) {
    const range = document.createRange()
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    if (node.parentElement.closest('.filters, .yt-dates, .scroll-x, uni-scroll-view, uni-toast')) continue
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`out of the page: “${node.data.trim().slice(0, 30)}”`)
    // A cut-off name ends in dots on purpose; money never does.
    for (let at = node.parentElement; at && at !== top; at = at.parentElement) {
      const look = getComputedStyle(at)
      if (look.overflowX !== 'hidden' || !/\d\.\d\d/.test(node.data)) continue
      const frame = at.getBoundingClientRect()
      if (box.right > frame.right + 1 || box.left < frame.left - 1) found.push(`amount cut off: “${node.data.trim()}”`)
    }
  }

  const rgb = (text) => (text.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = ([r, g, b]) => {
    const part = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
  }
  const seen = new Set()
  for (const node of texts) {
    const one = node.parentElement
    if (seen.has(one) || one.closest('.is-disabled, [aria-disabled=true], .uni-input-placeholder')) continue
    seen.add(one)
    let under = null
    let dim = 1
    for (let at = one; at && !under; at = at.parentElement) {
      const look = getComputedStyle(at)
      dim *= Number(look.opacity)
      if (look.backgroundImage !== 'none') break
      const [r, g, b, a = 1] = rgb(look.backgroundColor)
      if (a === 1) under = [r, g, b]
    }
    if (!under || dim < 1) continue
    const [light, dark] = [luminance(rgb(getComputedStyle(one).color)), luminance(under)].sort((a, b) => b - a)
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < contrast) found.push(`contrast ${ratio.toFixed(2)}: ${name(one)}`)
  }
  return [...new Set(found)]
}
