import { isRejection } from '../../domain/decider.ts'
import type { Recorded } from '../../domain/event.ts'
import { shiftReportId, type Cause, type ShiftReportEvent } from '../../domain/kpi/shift-events.ts'
import { shiftReport, type ShiftReportCommand } from '../../domain/kpi/shift-report.ts'
import type { EventStore } from '../event-store.ts'
import type { Execute } from '../execute.ts'
import { uuid5 } from '../ids.ts'
import type { Checkpoints } from '../policy.ts'
import { concernedBy, FIGURE_FACTS } from './concerned.ts'
import { createShiftIndex, type ClosedShift, type ShiftIndex } from './shift-index.ts'

type Report = Extract<ShiftReportCommand, { type: 'ReportShift' }>
export type Reckoned = Omit<Report, 'type' | 'scopeId' | 'shiftId' | 'day' | 'cause'>

/**
 * Figures of shifts from what the log held at a position and nothing later: the same evaluation as a
 * key figure asked for `asKnownAt`. Shifts of one position share what is read of the log.
 */
export type ReckonAt = (position: number) => (shift: ClosedShift) => Promise<Reckoned>

interface Deps {
  readonly store: EventStore
  readonly execute: Execute
  readonly checkpoints: Checkpoints
  readonly reckonAt: ReckonAt
  readonly signal: AbortSignal
}

const NAME = 'shift-reports'
const OWN = ['ShiftClosed', 'ShiftReported', 'ShiftRestated'] as const
const PAGE = 2_000
/** Shifts reckoned at one time: each waits for the log and the read models most of the time. */
const AT_ONCE = 4
/** A batch about no shift moves the checkpoint so much later, with all that came in between. */
const SAVE_WITHIN_MS = 250

/**
 * When a shift is closed, then report its figures; when a fact is about a shift that was reported,
 * then restate it. Facts that come together restate a shift once. Everything is reckoned up to a
 * position and compared with what was told last, so repeating a batch after a crash repeats nothing.
 */
export async function runShiftReports(deps: Deps): Promise<void> {
  const { store, checkpoints, signal } = deps
  const after = await checkpoints.load(NAME)
  const index = await indexUntil(store, after)
  const types = [...OWN, ...FIGURE_FACTS]
  const soon = savedSoon(checkpoints)
  for await (const { facts, position } of store.subscribe({ after, types, signal })) {
    let closed: Recorded<ShiftReportEvent>[] = []
    const late = new Map<string, Late>()
    for (const fact of facts as readonly Recorded<any>[]) {
      if (fact.type === 'ShiftClosed') {
        closed.push(fact)
        continue
      }
      if (isOwn(fact)) {
        index.apply(fact)
        continue
      }
      // Reports come first: who closed a shift before this fact is told what was known before it.
      await report(closed, index, deps)
      closed = []
      const concerned = await concernedBy(fact, { store, index })
      for (const [key, shift] of concerned ? index.concerned(concerned) : [])
        late.set(key, { shift, cause: fact, facts: (late.get(key)?.facts ?? 0) + 1 })
    }
    await report(closed, index, deps)
    await restate([...late.values()], position, { index, ...deps })
    const isIdle = late.size === 0 && !facts.some(({ type }) => type === 'ShiftClosed')
    if (!isIdle) await checkpoints.save(NAME, position)
    soon(position)
  }
}

/** A position that is not saved after all costs a second look at its facts, which repeats nothing. */
function savedSoon(checkpoints: Checkpoints): (position: number) => void {
  let last = 0
  let timer: NodeJS.Timeout | undefined
  return (position) => {
    last = position
    timer ??= setTimeout(() => {
      timer = undefined
      checkpoints.save(NAME, last).catch(() => {})
    }, SAVE_WITHIN_MS).unref()
  }
}

interface Late {
  readonly shift: ClosedShift
  readonly cause: Recorded
  readonly facts: number
}

async function restate(
  late: readonly Late[],
  position: number,
  deps: Deps & { readonly index: ShiftIndex },
): Promise<void> {
  if (late.length === 0) return
  const reckon = deps.reckonAt(position)
  await each(late, async ({ shift, cause, facts }) => {
    const because = { eventId: cause.id, type: cause.type, facts }
    deps.index.apply(
      await tell(shift, await reckon(shift), because, { fact: cause, execute: deps.execute }),
    )
  })
}

const isOwn = (fact: Recorded): fact is Recorded<ShiftReportEvent> =>
  (OWN as readonly string[]).includes(fact.type)

async function indexUntil(store: EventStore, until: number): Promise<ShiftIndex> {
  const index = createShiftIndex()
  for (let from = 0; from < until;) {
    const page = await store.readAll({ from, types: [...OWN], limit: PAGE })
    for (const fact of page) if (fact.position <= until && isOwn(fact)) index.apply(fact)
    if (page.length < PAGE) break
    from = page.at(-1)!.position
  }
  return index
}

/** Shifts closed one right after the other: nothing came between them that figures are made of. */
async function report(
  closed: readonly Recorded<ShiftReportEvent>[],
  index: ShiftIndex,
  deps: Deps,
): Promise<void> {
  if (closed.length === 0) return
  const reckon = deps.reckonAt(closed.at(-1)!.position)
  await each(closed, async (fact) => {
    const shift = index.apply(fact)
    // Known at once, and not only when the report comes by: a late fact may be next.
    index.apply(await tell(shift, await reckon(shift), null, { fact, ...deps }))
  })
}

async function tell(
  shift: ClosedShift,
  reckoned: Reckoned,
  cause: Cause | null,
  { fact, execute }: Pick<Deps, 'execute'> & { readonly fact: Recorded },
) {
  const { scopeId, shiftId, day, site } = shift
  const data = { scopeId, shiftId, day, ...reckoned }
  const outcome = await execute(
    shiftReport,
    { type: 'ReportShift', ...data, cause },
    {
      commandId: uuid5(`${NAME}/${shiftReportId(shift)}/${reckoned.position}`),
      ...{ actor: 'system', site, source: 'policy' },
      // It happened when the log learnt of it.
      occurredAt: cause === null ? fact.metadata.occurredAt : fact.recordedAt,
      correlationId: fact.metadata.correlationId,
      causationId: fact.id,
    },
  )
  if (isRejection(outcome)) throw new Error(`${shiftReportId(shift)}: ${outcome.why}`)
  return { data, metadata: { site } }
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane))
}
