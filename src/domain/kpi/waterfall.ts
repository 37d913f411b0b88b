import type { KnownState } from './states.ts'
import type { Kind } from './time-model.ts'

/**
 * From all time of a window down to the time in which good pieces were made at their ideal speed, each
 * loss with a name. The levels are the time elements of ISO 22400-2; the last two are their speed and
 * quality in terms of time, as OEE has them.
 */
export type WaterfallLevel =
  | 'CALENDAR'
  | 'SCHEDULED'
  | 'POT'
  | 'PBT'
  | 'AUBT'
  | 'AUPT'
  | 'APT'
  | 'NET_PRODUCTION'
  | 'FULLY_PRODUCTIVE'

export interface Bar {
  /** Of a level, or of a loss. */
  readonly id: string
  readonly name: string
  readonly kind: 'LEVEL' | 'LOSS'
  /** Whole milliseconds. A speed loss below zero says that the ideal cycle time is not ideal. */
  readonly durationMs: number
  /** Of the calendar time; null where there was none. */
  readonly share: number | null
}

export interface Waterfall {
  /** The first is a level, each level is the one before less the losses between them. */
  readonly bars: readonly Bar[]
  /** Why it ends at the production time; null where it goes down to the fully productive one. */
  readonly endsBecause: string | null
}

type Spent = (kind: Kind, state: KnownState) => number
type Parts = readonly (readonly [Kind, ...(readonly KnownState[])])[]

const ALL: readonly KnownState[] = [
  ...(['RUNNING', 'SETUP', 'WAITING', 'STOPPED_INTERNAL', 'IDLE'] as const),
  ...(['MAINTENANCE', 'OFFLINE', 'FAULT', 'NO_DATA'] as const),
]
const KNOWN = ALL.slice(0, -1)
const busy = (...states: readonly KnownState[]): Parts => [
  ['FREE', ...states],
  ['ORDER', ...states],
]
const ordered = (...states: readonly KnownState[]): Parts => [['ORDER', ...states]]
const free = (...states: readonly KnownState[]): Parts => [['FREE', ...states]]

type Loss = readonly [id: string, name: string, parts: Parts]
interface Step {
  readonly losses: readonly Loss[]
  readonly level: WaterfallLevel
  readonly name: string
}

/** Each stretch of time is in one loss or produces: the table names every kind and state once. */
const STEPS: readonly Step[] = [
  {
    losses: [['NOT_SCHEDULED', 'Outside of shifts, and breaks', [['UNPLANNED', ...ALL]]]],
    ...{ level: 'SCHEDULED', name: 'Scheduled time' },
  },
  {
    losses: [['NO_DATA', 'Nobody knows', [...busy('NO_DATA'), ['DOWN', 'NO_DATA']]]],
    ...{ level: 'POT', name: 'Planned operation time' },
  },
  {
    losses: [['PLANNED_DOWN', 'Planned down time', [['DOWN', ...KNOWN]]]],
    ...{ level: 'PBT', name: 'Planned busy time' },
  },
  {
    losses: [
      ['MAINTENANCE', 'Unplanned maintenance', busy('MAINTENANCE')],
      ['NO_ORDER', 'Ready, but nobody worked on an order', free('WAITING', 'IDLE')],
      ['OFF_WITHOUT_ORDER', 'Switched off, without an order', free('OFFLINE')],
    ],
    ...{ level: 'AUBT', name: 'Actual unit busy time' },
  },
  {
    losses: [
      ['FAULT', 'Fault', busy('FAULT')],
      ['STOPPED', 'Stopped by itself', busy('STOPPED_INTERNAL')],
      ['WAITING', 'Waiting, while an order is worked on', ordered('WAITING')],
      ['IDLE', 'Idle, while an order is worked on', ordered('IDLE')],
      ['OFF', 'Switched off, while an order is worked on', ordered('OFFLINE')],
    ],
    ...{ level: 'AUPT', name: 'Actual unit processing time' },
  },
  {
    losses: [['SETUP', 'Setup', busy('SETUP')]],
    ...{ level: 'APT', name: 'Actual production time' },
  },
]

/**
 * @param spent milliseconds by what was planned and the state
 * @param ideal planned run time of what was produced and of what was good, milliseconds; null: not known
 */
export function waterfall(
  spent: Spent,
  ideal: { readonly produced: number; readonly good: number } | null,
): Waterfall {
  const of = (parts: Parts): number =>
    parts.reduce(
      (sum, [kind, ...states]) => states.reduce((total, s) => total + spent(kind, s), sum),
      0,
    )
  const production = of(busy('RUNNING'))
  const losses = STEPS.map((step) => ({
    ...step,
    losses: step.losses.map(([id, name, parts]) => ({ id, name, ms: of(parts) })),
  }))
  const lost = losses.flatMap((step) => step.losses.map(({ ms }) => ms))
  const all = lost.reduce((a, b) => a + b, production)
  const bars = barsFrom(all)
  bars.level('CALENDAR', 'Calendar time')
  for (const step of losses) {
    for (const { id, name, ms } of step.losses) bars.lose(id, name, ms)
    bars.level(step.level, step.name)
  }
  if (ideal === null)
    return { bars: bars.done(), endsBecause: 'No ideal cycle time is known of all pieces.' }
  bars.lose('SPEED', 'Slower than the ideal cycle time', production - ideal.produced)
  bars.level('NET_PRODUCTION', 'Planned run time of what was produced')
  bars.lose('QUALITY', 'Made what was not good', ideal.produced - ideal.good)
  bars.level('FULLY_PRODUCTIVE', 'Planned run time of what was good')
  return { bars: bars.done(), endsBecause: null }
}

/** Rounds what is left, never what is lost: so the whole milliseconds add up too. */
function barsFrom(all: number) {
  const bars: Bar[] = []
  const whole = Math.round(all)
  let exact = all
  let left = whole
  const put = (id: string, name: string, kind: Bar['kind'], durationMs: number): void => {
    bars.push({ id, name, kind, durationMs, share: whole === 0 ? null : durationMs / whole })
  }
  return {
    level: (id: WaterfallLevel, name: string) => put(id, name, 'LEVEL', left),
    lose(id: string, name: string, ms: number): void {
      const before = left
      exact -= ms
      left = Math.round(exact)
      put(id, name, 'LOSS', before - left)
    },
    done: (): readonly Bar[] => bars,
  }
}
