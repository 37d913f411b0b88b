import { equipmentCurrent } from '../projections/equipment/current.ts'
import { compositeKey } from '../projections/composite-key.ts'
import { equipmentDays } from '../projections/kpi/equipment-days.ts'
import { bookings } from '../projections/production/bookings.ts'
import { runningClocks } from '../projections/production/running-clocks.ts'
import { workClocks } from '../projections/production/work-clocks.ts'
import type { Projection } from '../projections/projection.ts'
import type { Change } from '../projections/read-models.ts'
import { builder } from './builder.ts'
import { follow } from './changes.ts'
import type { Context } from './context.ts'
import { TimelineState } from './equipment.ts'
import { apiError } from './errors.ts'
import type { Candidate } from './kpi-scope.ts'
import { boardLines, machinesOf, type BoardLine } from './shift-board-lines.ts'

interface Board {
  readonly areaId: string
  readonly at: string
  readonly isWhole: boolean
  readonly lines: readonly BoardLine[]
}

const LineRef = builder.objectRef<BoardLine>('ShiftBoardLine').implement({
  description: 'A machine in its running shift; figures are null outside of shifts.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    state: t.expose('state', { type: TimelineState, description: 'What it does now.' }),
    since: t.expose('since', { type: 'DateTime', nullable: true, description: 'Since when.' }),
    shiftId: t.id({ nullable: true, description: 'Shift.', resolve: (l) => l.shift?.shiftId }),
    shiftFrom: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Begin of the shift.',
      resolve: ({ shift }) => shift?.whole.from,
    }),
    shiftTo: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'End of the shift.',
      resolve: ({ shift }) => shift?.whole.to,
    }),
    orderId: t.exposeID('orderId', { nullable: true, description: 'Order worked on now.' }),
    operationId: t.exposeID('operationId', { nullable: true, description: 'Its operation.' }),
    count: t.exposeFloat('count', { nullable: true, description: 'Made in the shift so far.' }),
    good: t.exposeFloat('good', { nullable: true, description: 'Of these good ones.' }),
    oee: t.exposeFloat('oee', { nullable: true, description: 'OEE of the shift so far.' }),
    coverage: t.exposeFloat('coverage', {
      nullable: true,
      description: 'Share of the scheduled time so far of which anything is known.',
    }),
    targetSoFar: t.exposeFloat('targetSoFar', {
      nullable: true,
      description: 'What could be made by now at the ideal cycle time in all planned time.',
    }),
    target: t.exposeFloat('target', {
      nullable: true,
      description: 'The same for the whole shift.',
    }),
    forecast: t.exposeFloat('forecast', {
      nullable: true,
      description: 'Made by the end of the shift, if it goes on as so far.',
    }),
  }),
})

const BoardRef = builder.objectRef<Board>('ShiftBoard').implement({
  description: 'Machines of an area in their shifts: all of them first, then those that changed.',
  fields: (t) => ({
    areaId: t.exposeID('areaId', { description: 'Area, work centre or site.' }),
    at: t.expose('at', { type: 'DateTime', description: 'As of this moment.' }),
    isWhole: t.exposeBoolean('isWhole', { description: 'All machines, not only changed ones.' }),
    lines: t.expose('lines', { type: [LineRef], description: 'Machines.' }),
  }),
})

builder.subscriptionField('shiftBoard', (t: any) =>
  t.field({
    type: BoardRef,
    description:
      'Live board of an area: all its machines first, then those something happened to. What ' +
      'changes faster than it is reckoned is delivered once, in its latest state.',
    args: {
      areaId: t.arg.id({ required: true, description: 'Area, work centre, line or site.' }),
    },
    subscribe: async (_: unknown, { areaId }: { areaId: string }, context: Context) => {
      for (const name of ['kpi', 'equipment', 'production', 'calendar', 'site'])
        await context.access.demand({ kind: 'read', context: name, site: null })
      return boards(areaId, await machinesOf(areaId, context), context)
    },
    resolve: (board: Board | null) => {
      if (board === null) throw apiError('Unauthenticated', 'The key or token is no longer valid.')
      return board
    },
  }),
)

async function* boards(
  areaId: string,
  machines: readonly Candidate[],
  context: Context,
): AsyncGenerator<Board | null> {
  const of = async (some: readonly Candidate[], isWhole: boolean): Promise<Board> => {
    const at = context.clock.now()
    return { areaId, at, isWhole, lines: await boardLines(some, context) }
  }
  const changed = follow(context, {
    of: [equipmentCurrent, equipmentDays, ...NAMING.values()],
    keysOf: touched(machines),
    read: async (keys) => {
      const ids = await machinesIn(keys, context)
      const some = machines.filter(({ id }) => ids.has(id))
      return some.length === 0 ? [] : [await of(some, false)]
    },
  })
  // Listened to before all of it is read, so that nothing is lost in between.
  const first = changed.next()
  try {
    yield await of(machines, true)
    for (let next = await first; !next.done; next = await changed.next()) yield next.value
  } finally {
    await changed.return()
  }
}

/** Rows that name their machine within, not in their key. */
const NAMING: ReadonlyMap<string, Projection<{ equipmentId: string | null }>> = new Map(
  [bookings, runningClocks, workClocks].map((p) => [p.name, p as Projection<any>]),
)
const MARK = '\n'

/** Machines of a change, by id; where only the row says which, `projection` and key. */
function touched(machines: readonly Candidate[]): (change: Change) => readonly string[] {
  const byDay = new Map(machines.map(({ id }) => [compositeKey(id), id]))
  const ids = new Set(byDay.values())
  return ({ projection, keys }) => {
    if (projection === equipmentCurrent.name) return keys.filter((key) => ids.has(key))
    if (projection === equipmentDays.name)
      return keys.flatMap((key) => byDay.get(key.slice(0, key.lastIndexOf('/'))) ?? [])
    return NAMING.has(projection) ? keys.map((key) => `${projection}${MARK}${key}`) : []
  }
}

async function machinesIn(keys: readonly string[], { reads }: Context): Promise<Set<string>> {
  const ids = new Set(keys.filter((key) => !key.includes(MARK)))
  const marked = keys.filter((key) => key.includes(MARK)).map((key) => key.split(MARK, 2))
  for (const [name, some] of Map.groupBy(marked, ([projection]) => projection!)) {
    const rows = await reads.rows(
      NAMING.get(name)!,
      some.map(([, key]) => key!),
    )
    for (const row of rows) if (row?.equipmentId != null) ids.add(row.equipmentId)
  }
  return ids
}
