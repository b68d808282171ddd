/** Our own icons: 24 × 24, drawn with a 2-unit round stroke. `*` before a path means filled instead of stroked. */
const SHAPES = {
  home: 'M4 11l8-7 8 7M6 10v9h12v-9M10 19v-5h4v5',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3M13 14h3M8 17h3',
  card: 'M3 6h18v12H3zM3 10h18M7 15h4',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 19c.7-3.5 3.3-5.3 7-5.3s6.3 1.8 7 5.3M16 4.5a3.5 3.5 0 0 1 0 6.3M18.5 14.5c2 .8 3.1 2.3 3.5 4.5',
  queue: 'M5 6h14M5 12h9M5 18h6M17 14v6M14 17l3 3 3-3',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  route: 'M6 21a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 7v4a3 3 0 0 1-3 3H9a3 3 0 0 0-3 3',
  bell: 'M6 10a6 6 0 1 1 12 0c0 5 2 6 2 6H4s2-1 2-6zM10 20h4',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M5.6 18.4l2.2-2.2M16.2 7.8l2.2-2.2',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  back: 'M15 4l-8 8 8 8',
  right: 'M9 4l8 8-8 8',
  down: 'M4 9l8 8 8-8',
  up: 'M4 15l8-8 8 8',
  close: 'M5 5l14 14M19 5L5 19',
  check: 'M4 12.5l5.5 5.5L20 7',
  plus: 'M12 4v16M4 12h16',
  minus: 'M4 12h16',
  pin: 'M12 21s7-6.5 7-11.5a7 7 0 1 0-14 0C5 14.5 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  hospital: 'M5 21V4h14v17M3 21h18M12 7v6M9 10h6M10 21v-4h4v4',
  doctor: 'M12 10a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.5-4.5 3.5-7 8-7s7.5 2.5 8 7M9 14.5V17l3 2 3-2v-2.5',
  phone: 'M6 3h4l2 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z',
  warn: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 7.5V8',
  ok: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.5l3 3 5-6',
  fail: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6',
  offline: 'M3 9a14 14 0 0 1 18 0M6.5 13a9 9 0 0 1 11 0M10 17a4 4 0 0 1 4 0M4 3l16 18',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  type: 'M3 19l5-13 5 13M5 15h6M15 19l3.5-8 3.5 8M16.2 17h4.6',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3.5 6 3.5 9S15 18 12 21c-3-3-3.5-6-3.5-9S9 6 12 3z',
  door: 'M14 4H6v16h8M10 12h11M17 8l4 4-4 4',
  money: 'M5 4l7 8 7-8M12 12v9M7 13h10M7 17h10',
  shield: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5L15.5 10',
  refresh: 'M20 6v5h-5M4 18v-5h5M19 11a7 7 0 0 0-12.5-3L4 11M5 13a7 7 0 0 0 12.5 3L20 13',
  eye: 'M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  eyeoff:
    'M3 3l18 18M6 6.5C3.5 8.5 2 12 2 12s3.5 6.5 10 6.5c1.8 0 3.4-.5 4.7-1.2M10 5.7c.6-.1 1.3-.2 2-.2 6.5 0 10 6.5 10 6.5s-.8 1.5-2.3 3',
  heart: 'M12 20S3.5 15 3.5 9A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8.5 2c0 6-8.5 11-8.5 11z',
  heartfull: '*M12 20S3.5 15 3.5 9A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8.5 2c0 6-8.5 11-8.5 11z',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8z',
  starfull: '*M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8z',
  draw: 'M4 4h16v16H4zM8.5 8.5h.1M15.5 8.5h.1M12 12h.1M8.5 15.5h.1M15.5 15.5h.1',
  hourglass: 'M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3M12 15v2',
  pen: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  message: 'M4 5h16v11H9l-5 4zM8 9h8M8 12h5',
  bone: 'M8 16l8-8M8 16a2.5 2.5 0 1 1-4 1 2.5 2.5 0 1 1 1-4zM16 8a2.5 2.5 0 1 1 4-1 2.5 2.5 0 1 1-1 4z',
  child: 'M12 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM9.5 8h.1M14.5 8h.1M10 10.5c1 1 3 1 4 0M6 21c.5-3 2.5-5 6-5s5.5 2 6 5',
  tooth: 'M8 3c2 0 2.5 1 4 1s2-1 4-1c3 0 4 2.5 4 5 0 5-3 13-5 13s-1-6-3-6-1 6-3 6-5-8-5-13c0-2.5 1-5 4-5z',
  brain:
    'M12 5a3 3 0 0 0-6 0 3.5 3.5 0 0 0-2 6 3.5 3.5 0 0 0 2 6 3 3 0 0 0 6 1zM12 5a3 3 0 0 1 6 0 3.5 3.5 0 0 1 2 6 3.5 3.5 0 0 1-2 6 3 3 0 0 1-6 1z',
  female: 'M12 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12 14v7M8.5 18h7',
  lung: 'M12 3v9M12 10c-1-3-3-4-4.5-3C5 8.5 4 14 4 18c0 3 5 2 6-1 .5-2 0-4 2-5M12 10c1-3 3-4 4.5-3C19 8.5 20 14 20 18c0 3-5 2-6-1-.5-2 0-4-2-5',
  stomach: 'M9 3c0 4 0 5 2 6 5-2 9 0 9 5s-4 7-8 7c-3 0-4-2-6-1l-2 1M5 16c1-2 3-3 3-6V3',
  skin: 'M4 8c3-2 5 2 8 0s5 2 8 0M4 13c3-2 5 2 8 0s5 2 8 0M4 18c3-2 5 2 8 0s5 2 8 0',
  pill: 'M4.5 12.5l8-8a5 5 0 0 1 7 7l-8 8a5 5 0 0 1-7-7zM8.5 8.5l7 7',
  truck: 'M2 6h12v11H2zM14 10h4l4 4v3h-8zM7 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  leaf: 'M5 19c0-9 5-14 15-15 0 11-5 15-11 15-2 0-4-1-4 0zM5 20c2-5 5-8 9-10',
  drop: 'M12 3s7 7.5 7 12a7 7 0 0 1-14 0c0-4.5 7-12 7-12z',
  knife: 'M4 20l9-9M13 11l7-8v6l-5 5zM13 11l2 3',
  pulse: 'M2 12h5l2-6 4 13 3-9 1.5 2H22',
} as const

export type IconName = keyof typeof SHAPES

/** Gives a CSS `url(...)` with the icon drawn in black, for use as a mask. Needs no network and no font. */
export function iconUrl(name: IconName): string {
  const filled = SHAPES[name].startsWith('*')
  const path = SHAPES[name].slice(filled ? 1 : 0)
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='${filled ? 'black' : 'none'}' stroke='black' stroke-width='1.9' ` +
    `stroke-linecap='round' stroke-linejoin='round'><path d='${path}'/></svg>`
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`
}

export function isIconName(name: string): name is IconName {
  return Object.prototype.hasOwnProperty.call(SHAPES, name)
}

/** wot-design-uni's icon names, as its own components ask for them, and what we draw for each. */
export const WOT_ICONS: Readonly<Record<string, IconName>> = {
  'arrow-right': 'right',
  'arrow-left': 'back',
  'arrow-down': 'down',
  'arrow-up': 'up',
  close: 'close',
  add: 'close',
  'close-outline': 'close',
  'error-fill': 'fail',
  'close-circle': 'fail',
  check: 'check',
  'check-bold': 'check',
  'check-outline': 'ok',
  view: 'eye',
  'eye-close': 'eyeoff',
  search: 'search',
  warning: 'warn',
  'warn-bold': 'warn',
  'info-circle': 'info',
}
