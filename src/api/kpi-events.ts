import { calendarStream } from '../domain/calendar/events.ts'
import type { Recorded } from '../domain/event.ts'
import { change, type KnownState } from '../domain/kpi/states.ts'
import type { KpiFilter } from '../projections/kpi/groups.ts'
import { passes } from '../projections/kpi/groups.ts'
import { dayOf, daysOf } from '../projections/kpi/equipment-days.ts'
import type { KpiInputs, Subject } from '../projections/kpi/inputs.ts'
import type { PageOf } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { Moment } from './reader.ts'

/**
 * The facts behind a key figure: what the machines reported in the window and the state they were in
 * when it began, the work and bookings of the orders on them, cycle times and calendars. Folding these
 * facts alone gives the same figure.
 */

/** A stream, and which of its facts count; each is read when its page comes. */
interface Source {
  readonly stream: string
  readonly keep: (facts: readonly Recorded<any>[]) => readonly Recorded<any>[]
}
const whole = (stream: string): Source => ({ stream, keep: (facts) => facts })
interface Page {
  readonly first: number
  readonly after: string | null | undefined
}
export interface Behind {
  readonly inputs: KpiInputs
  readonly filter: KpiFilter
  readonly moment: Moment | null
  /** Streams of other facts that count as a whole. */
  readonly alsoStreams?: readonly string[]
}

/** One stream is read as a whole; an order or a machine's day is far shorter. */
const MAX_FACTS = 100_000
const DAY_MS = 86_400_000

export async function factsBehind(
  behind: Behind,
  page: Page,
  context: Context,
): Promise<PageOf<Recorded>> {
  for (const name of ['equipment', 'production', 'calendar'])
    await context.access.demand({ kind: 'read', context: name, site: null })
  return pageOfFacts(sourcesOf(behind), behind.moment, page, context)
}

/** The facts of whole streams, by name of the stream. @param context scope that opens them */
export async function factsOf(
  streams: readonly string[],
  of: { readonly moment: Moment | null; readonly context: string },
  page: Page,
  context: Context,
): Promise<PageOf<Recorded>> {
  await context.access.demand({ kind: 'read', context: of.context, site: null })
  return pageOfFacts([...new Set(streams)].sort().map(whole), of.moment, page, context)
}

async function pageOfFacts(
  sources: readonly Source[],
  moment: Moment | null,
  { first, after }: Page,
  { reads, principal }: Context,
): Promise<PageOf<Recorded>> {
  const { store } = await reads.logOf(moment)
  const mayRead = ({ metadata: { site } }: Recorded) =>
    principal.sites === null || principal.sites.includes(site)
  const start = after == null ? null : placeOf(after)
  const edges: { node: Recorded; cursor: string }[] = []
  for (const { stream, keep } of eachOnce(sources)) {
    if (start && stream < start.stream) continue
    if (edges.length > first) break
    const known = (await store.readStream(stream, { limit: MAX_FACTS })).filter(isKnown(moment))
    for (const node of keep(known)) {
      if (!mayRead(node)) continue
      if (start?.stream === stream && node.revision <= start.revision) continue
      edges.push({ node, cursor: `${node.revision}:${stream}` })
    }
  }
  const page = edges.slice(0, first)
  return {
    edges: page,
    pageInfo: {
      hasNextPage: edges.length > first,
      hasPreviousPage: after != null,
      startCursor: page[0]?.cursor ?? null,
      endCursor: page.at(-1)?.cursor ?? null,
    },
  }
}

/** @param sources by stream; of two that name one stream the later counts */
const eachOnce = (sources: readonly Source[]): Iterable<Source> =>
  new Map(sources.map((source) => [source.stream, source])).values()

function placeOf(cursor: string): { readonly stream: string; readonly revision: number } {
  const [, revision, stream] = /^(\d+):(.+)$/s.exec(cursor) ?? []
  if (stream !== undefined) return { stream, revision: Number(revision) }
  throw apiError('InvalidInput', `after ${JSON.stringify(cursor)} is not a cursor of this list.`)
}

const isKnown =
  (moment: Moment | null) =>
  ({ metadata, recordedAt, position }: Recorded): boolean =>
    (moment?.at === undefined || metadata.occurredAt <= moment.at) &&
    (moment?.recordedAt === undefined || recordedAt <= moment.recordedAt) &&
    (moment?.position === undefined || position <= moment.position)

/** By name of the stream, so that a cursor has a place also when streams were added meanwhile. */
function sourcesOf({ inputs, filter, alsoStreams = [] }: Behind): readonly Source[] {
  const passing = passes(filter, inputs)
  const subjects = new Set(inputs.subjects.map(({ id }) => id))
  const orders = new Set(
    [...inputs.work, ...inputs.booked]
      .filter((one) => subjects.has(one.subjectId) && passing(one))
      .map(({ orderId }) => orderId),
  )
  const scopes = new Set(inputs.subjects.flatMap(({ path }) => path.map(({ id }) => id)))
  const sources = [
    ...inputs.subjects.flatMap((subject) => equipmentSources(subject, inputs)),
    ...[...orders].map((id) => ({ stream: `order-${id}`, keep: orderFacts(inputs) })),
    ...inputs.subjects
      .filter((s) => s.cycleTimes.length > 0)
      .map((s) => whole(`cycleTimes-${s.id}`)),
    ...inputs.subjects
      .filter((s) => s.capacities.length > 0)
      .map((s) => whole(`ratedCapacity-${s.id}`)),
    ...[...scopes].map((scope) => whole(calendarStream('EQUIPMENT', scope))),
    ...[...new Set([...decided(inputs), ...alsoStreams])].map(whole),
  ]
  return sources.sort((a, b) => (a.stream < b.stream ? -1 : 1))
}

/** Streams that gave stops of the window their reasons. */
const decided = ({ subjects }: KpiInputs): ReadonlySet<string> =>
  new Set(subjects.flatMap(({ classified }) => classified.map(({ stream }) => stream)))

function equipmentSources(subject: Subject, { window }: KpiInputs): readonly Source[] {
  const [from, to] = [iso(window.from), iso(window.to)]
  // What is summed up until midnight is said on the day after.
  const days = new Set(daysOf(window.from, window.to + DAY_MS))
  if (subject.carriedFrom !== null) days.add(subject.carriedFrom)
  const firstDay = dayOf(window.from)
  const inFirst = subject.days
    .find(({ start }) => dayOf(start) === firstDay)
    ?.changes.some((packed) => packed < change(window.from % DAY_MS, 'RUNNING'))
  const carriedOn = inFirst ? firstDay : subject.carriedFrom
  return [...days].map((day) => ({
    stream: `equipment-${subject.id}-${day}`,
    keep: (facts) => {
      const inside = facts.filter((fact) => reports(fact, from, to))
      if (day !== carriedOn) return inside
      const held = facts.filter((f) => isState(f) && f.metadata.occurredAt < from).sort(byMoment)
      const last = held.at(-1)
      return last === undefined || inside.includes(last) ? inside : [last, ...inside]
    },
  }))
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString()
const isState = ({ type }: Recorded): boolean =>
  type === 'EquipmentStateChanged' || type === 'DataGapStarted'
/** As the timeline has it: of two states said of one moment the one that counts comes last. */
const byMoment = (a: Recorded<any>, b: Recorded<any>): number => {
  const [x, y] = [a.metadata.occurredAt, b.metadata.occurredAt]
  return x < y ? -1 : x > y ? 1 : codeOf(a) - codeOf(b)
}
const codeOf = ({ data }: Recorded<any>): number =>
  change(0, (data.state as KnownState | undefined) ?? 'NO_DATA')

function reports({ type, data, metadata }: Recorded<any>, from: string, to: string): boolean {
  if (type === 'StateTimeObserved') return data.from < to && data.to > from
  const counts = type === 'CounterAdvanced' && data.kind !== 'OTHER'
  const says = type === 'EquipmentStateChanged' || type === 'DataGapStarted'
  return (says || counts) && metadata.occurredAt >= from && metadata.occurredAt < to
}

const BOOKINGS: readonly string[] = ['QuantityReported', 'WorkBooked']

/** Its release, clocks that touch the window, and quantities booked in it with their corrections. */
const orderFacts =
  ({ window }: KpiInputs): Source['keep'] =>
  (facts) => {
    const [from, to] = [iso(window.from), iso(window.to)]
    const closed = facts.flatMap((fact) =>
      (fact.data.closed ?? []).map((clock: { personId: string; since: string }) => ({
        start: `${clock.personId}/${clock.since}`,
        until: fact.metadata.occurredAt,
      })),
    )
    const over = new Set(closed.filter(({ until }) => until <= from).map(({ start }) => start))
    const counted = new Set<string>()
    return facts.filter(({ type, data, metadata }) => {
      const { occurredAt } = metadata
      if (type === 'OrderReleased') return true
      if (type === 'BookingCorrected') return counted.has(data.bookingId)
      if (BOOKINGS.includes(type)) {
        const ended = data.endedAt ?? occurredAt
        const touches = ended >= from && (data.startedAt ?? occurredAt) < to
        if (touches) counted.add(data.bookingId)
        return touches
      }
      const stops = (data.closed ?? []).length > 0 && occurredAt > from
      const starts = 'personId' in data && !over.has(`${data.personId}/${occurredAt}`)
      return (stops || starts || type === 'OrderCompleted') && occurredAt <= to
    })
  }
