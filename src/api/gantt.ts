import type { ScheduledOperation } from '../domain/planning/plan-text.ts'

/** A Gantt chart of a plan as SVG: one row a work unit, times in the zone of the site. */
export interface GanttSource {
  readonly title: string
  readonly operations: readonly ScheduledOperation[]
  readonly from: string
  readonly to: string
  readonly timeZone: string
  /** Orders that end late, drawn with a red edge. */
  readonly late: ReadonlySet<string>
  /** A line at this moment; ISO-8601. */
  readonly now: string
}

const WIDTH = 1_400
const LEFT = 130
const TOP = 56
const ROW = 30
const BAR = 20
/** Narrower bars have no room for letters. */
const MIN_LABEL = 34
const LETTER = 6.2
const MAX_TICKS = 14
const HOUR_MS = 3_600_000
const STEPS_HOURS = [1, 2, 4, 6, 12, 24, 48, 168, 336]

/** Text of others in XML: escaped, and without what XML 1.0 does not know. */
export const xml = (text: string): string =>
  text
    .replaceAll(/\p{Cc}|\ufffe|\uffff/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

export function ganttSvg(source: GanttSource): string {
  const { operations, title, from, to } = source
  const lanes = [...Map.groupBy(operations, ({ equipmentId }) => equipmentId)].sort((a, b) =>
    a[0] < b[0] ? -1 : 1,
  )
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const x = (moment: number): number =>
    LEFT + ((Math.min(end, Math.max(start, moment)) - start) / (end - start)) * (WIDTH - LEFT - 16)
  const height = TOP + lanes.length * ROW + 16
  const bars = lanes.flatMap(([, all], row) => all.map((one) => bar(one, row, { x, ...source })))
  const names = lanes.map(
    ([id], row) =>
      `<line x1="0" x2="${WIDTH}" y1="${TOP + row * ROW}" y2="${TOP + row * ROW}" stroke="#e3e6ea"/>` +
      `<text x="8" y="${TOP + row * ROW + 20}" font-weight="600">${xml(cut(id, 17))}</text>`,
  )
  const now = Date.parse(source.now)
  const line =
    now > start && now < end
      ? `<line x1="${px(x(now))}" x2="${px(x(now))}" y1="${TOP - 8}" y2="${height - 10}" stroke="#d6336c" stroke-dasharray="4 3"/>`
      : ''
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#1f2933">`,
    `<title>${xml(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="8" y="20" font-size="14" font-weight="700">${xml(title)}</text>`,
    ...ticks(start, end, source.timeZone).map(
      ({ at, label }) =>
        `<line x1="${px(x(at))}" x2="${px(x(at))}" y1="${TOP - 6}" y2="${height - 10}" stroke="#eef0f3"/>` +
        `<text x="${px(x(at))}" y="${TOP - 12}" text-anchor="middle" fill="#52606d">${xml(label)}</text>`,
    ),
    ...names,
    ...bars,
    line,
    '</svg>',
  ].join('\n')
}

const px = (value: number): string => value.toFixed(1)
const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

/** The same order has the same colour in every chart. */
function hueOf(orderId: string): number {
  let hash = 7
  for (const letter of orderId) hash = (hash * 31 + letter.codePointAt(0)!) % 360_007
  // Numbers that follow each other lie far apart on the circle of colours.
  return (hash * 137) % 360
}

function bar(
  one: ScheduledOperation,
  row: number,
  { x, late }: Pick<GanttSource, 'late'> & { readonly x: (moment: number) => number },
): string {
  const [setup, start, end] = [one.setupStartsAt, one.startsAt, one.endsAt].map((at) =>
    x(Date.parse(at)),
  ) as [number, number, number]
  const y = TOP + row * ROW + (ROW - BAR) / 2
  const name = `${one.orderId} ${one.operationId}`
  const room = end - start
  const label =
    room < MIN_LABEL
      ? ''
      : `<text x="${px(start + 4)}" y="${y + 14}">${xml(cut(name, Math.max(2, Math.floor((room - 6) / LETTER))))}</text>`
  const edge = late.has(one.orderId) ? ' stroke="#c92a2a" stroke-width="2"' : ' stroke="#ffffff"'
  const change =
    start - setup < 0.5
      ? ''
      : `<rect x="${px(setup)}" y="${y}" width="${px(start - setup)}" height="${BAR}" fill="#adb5bd"/>`
  const told = `${name}, ${one.equipmentId}, ${one.startsAt} to ${one.endsAt}, waited for: ${one.cause}`
  return (
    `<g><title>${xml(told)}</title>${change}` +
    `<rect x="${px(start)}" y="${y}" width="${px(Math.max(1, room))}" height="${BAR}" rx="3" fill="hsl(${hueOf(one.orderId)} 62% 78%)"${edge}/>${label}</g>`
  )
}

/** Full hours or days of the site, not too many. */
function ticks(
  start: number,
  end: number,
  timeZone: string,
): readonly { readonly at: number; readonly label: string }[] {
  const hours = STEPS_HOURS.find((step) => (end - start) / (step * HOUR_MS) <= MAX_TICKS) ?? 672
  const first = Temporal.Instant.fromEpochMilliseconds(start)
    .toZonedDateTimeISO(timeZone)
    .startOfDay()
  const found: { at: number; label: string }[] = []
  for (let n = 0; ; n += hours) {
    // Days by the calendar, hours within them by the clock: both stay on full ones when clocks change.
    const day = first.add({ days: Math.floor(n / 24) })
    const at = day.add({ hours: n % 24 })
    if (at.epochMilliseconds > end) return found
    if (at.epochMilliseconds >= start) {
      const [date, clock] = [
        at.toPlainDate().toString().slice(5),
        at.toPlainTime().toString().slice(0, 5),
      ]
      found.push({ at: at.epochMilliseconds, label: clock === '00:00' ? date : clock })
    }
  }
}
