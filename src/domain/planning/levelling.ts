import { capacityLoad, type Load, type ResourceGroup } from './capacity.ts'
import type { Compiled } from './compile.ts'
import { itemsOf, type Cell, type Item } from './levelling-items.ts'
import {
  ProgramTooLarge,
  type LinearProgram,
  type Row,
  type SolveLinear,
  type Term,
} from './linear-program.ts'
import type { Span } from './problem.ts'
import type { Schedule } from './schedule.ts'

/** How groups could be less overloaded: what would move, and what stays too much. Seconds. */
export interface Levelling {
  readonly moves: readonly LevellingMove[]
  /** Where it still is too much: overtime, or another due date. */
  readonly remaining: readonly Remaining[]
}

/** Work of an operation that would be done at another time, by another group, or both. */
export interface LevellingMove {
  readonly order: string
  readonly operation: string
  readonly from: Place
  readonly to: Place
}
export interface Place extends Span {
  /** Groups that have the work there. */
  readonly groups: readonly string[]
  /** How long it takes there. */
  readonly seconds: number
}

export interface Remaining extends Span {
  readonly group: string
  readonly overload: number
}

/** 9,000 operations with two ways each, some weeks between release and due date: 11 s of processor time. */
const MAX_COLUMNS = 80_000

/**
 * Least overload, each group by its weight; of all ways to that the one that moves least work, to the nearest
 * stretch, within the same groups. Work moves within release and due date of its order, never past what it waits
 * for, and no faster than one machine is open; changeovers and who is there are left to a plan. A linear
 * program: work is cut wherever it helps. Proposals for people.
 * @throws ProgramTooLarge above `MAX_COLUMNS`, or when the solver runs out of time
 */
export async function levelled(
  { compiled, schedule, groups, buckets }: Levelled,
  solve: SolveLinear,
): Promise<Levelling> {
  const loads = capacityLoad(compiled, schedule, groups, buckets)
  if (loads.every(({ overload }) => overload === 0)) return { moves: [], remaining: [] }
  const items = itemsOf(compiled, schedule, groups, buckets)
  const layout = layoutOf(items, loads.length)
  if (layout.columns > MAX_COLUMNS)
    throw new ProgramTooLarge(`levelling takes ${layout.columns} columns, more than ${MAX_COLUMNS}`)
  const program = programOf(layout, { items, loads, groups, compiled, buckets: buckets.length })
  const values = await solve(program)
  return {
    moves: layout.blocks.flatMap((block) => movesOf(block, values, { compiled, groups, buckets })),
    remaining: loads.flatMap(({ group, from, to }, at) => {
      const overload = Math.round(values[at]!)
      return overload > 0 ? [{ group, from, to, overload }] : []
    }),
  }
}

export interface Levelled {
  readonly compiled: Compiled
  readonly schedule: Schedule
  readonly groups: readonly ResourceGroup[]
  /** By time, each after the one before. */
  readonly buckets: readonly Span[]
}

/** Columns: overload by group and bucket first, then by item what stays of each part, then what its cells get. */
interface Layout {
  readonly blocks: readonly Block[]
  readonly columns: number
}
interface Block {
  readonly item: Item
  readonly stays: number
  readonly cells: number
}

function layoutOf(items: readonly Item[], overloads: number): Layout {
  let columns = overloads
  const blocks = items.map((item): Block => {
    const stays = columns
    const cells = stays + item.parts.length
    columns = cells + item.cells.length
    return { item, stays, cells }
  })
  return { blocks, columns }
}

interface Sources {
  readonly items: readonly Item[]
  readonly loads: readonly Load[]
  readonly groups: readonly ResourceGroup[]
  readonly compiled: Compiled
  readonly buckets: number
}

function programOf({ blocks, columns }: Layout, sources: Sources): LinearProgram {
  const { loads, groups, buckets } = sources
  const upper = new Float64Array(columns).fill(Infinity)
  const overload = new Float64Array(columns)
  const changes = new Float64Array(columns)
  const rows: Row[] = []
  const taken = loads.map((): Term[] => [])
  // What is no item stays where it is.
  const rest = loads.map(({ load }) => load)
  const use = (group: number, bucket: number, term: Term): void =>
    void taken[group * buckets + bucket]!.push(term)
  for (const at of loads.keys()) overload[at] = groups[Math.floor(at / buckets)]!.weight ?? 1
  for (const { item, stays, cells } of blocks) {
    const whole: Term[] = []
    for (const [i, { bucket, seconds, loads: own }] of item.parts.entries()) {
      upper[stays + i] = seconds
      whole.push([stays + i, 1])
      for (const one of own) {
        rest[one.group * buckets + bucket]! -= one.seconds
        use(one.group, bucket, [stays + i, one.seconds / seconds])
      }
    }
    for (const [i, cell] of item.cells.entries()) {
      upper[cells + i] = cell.most
      changes[cells + i] = priceOf(item, cell, buckets)
      whole.push([cells + i, 1])
      for (const one of cell.loads) use(one.group, cell.bucket, [cells + i, one.seconds])
    }
    const work = item.parts.reduce((sum, { seconds }) => sum + seconds, 0)
    rows.push({ terms: whole, least: work, most: work })
  }
  for (const [at, terms] of taken.entries())
    rows.push({
      terms: [...terms, [at, -1]],
      least: -Infinity,
      most: loads[at]!.capacity - rest[at]!,
    })
  return {
    upper,
    rows: [...rows, ...sequenceRows(blocks, sources)],
    objectives: [overload, changes],
  }
}

/** A later time is a little worse than an earlier one just as near; another group as bad as the farthest. */
const EARLIER = 0.9

/** Of a second of work: 1 to move it at all, and up to 1 each for how far and for another group. */
function priceOf({ parts }: Item, { bucket, isOtherGroup }: Cell, buckets: number): number {
  const far = Math.min(
    ...parts.map((part) => (bucket < part.bucket ? EARLIER : 1) * Math.abs(bucket - part.bucket)),
  )
  return 1 + far / buckets + (isOtherGroup ? 1 : 0)
}

/** At the end of no bucket is more of an operation done, as a share, than of what it waits for. */
function sequenceRows(blocks: readonly Block[], { compiled }: Sources): Row[] {
  const byOperation = new Map(blocks.map((block) => [block.item.operation, block]))
  return blocks.flatMap((block) => {
    const { links } = compiled.operations[block.item.operation]!
    return links.flatMap(({ operation, minLag, transferQuantity }): Row[] => {
      const before = byOperation.get(operation)
      if (!before || transferQuantity > 0 || minLag < 0) return []
      const [first, last] = [placesOf(block)[0]!, placesOf(before).at(-1)!]
      return Array.from({ length: Math.max(0, last - first) }, (_, i) => {
        const own = doneBy(block, first + i)
        const other = doneBy(before, first + i)
        // Where the plan is no better, it need not become so.
        const most = other.before - own.before + Math.max(0, own.planned - other.planned)
        const minus = other.terms.map(([column, share]): Term => [column, -share])
        return { terms: [...own.terms, ...minus], least: -Infinity, most }
      })
    })
  })

  /** Buckets that it is or could be in, sorted. */
  function placesOf({ item: { parts, cells } }: Block): number[] {
    return [...parts, ...cells].map(({ bucket }) => bucket).sort((a, b) => a - b)
  }
  /** Share that is done by the end of a bucket. */
  function doneBy({ item, stays, cells }: Block, bucket: number) {
    const before = item.before / item.total
    const share = (column: number): Term => [column, 1 / item.total]
    const parts = item.parts.flatMap((one, i) => (one.bucket <= bucket ? [i] : []))
    return {
      before,
      planned: parts.reduce((sum, i) => sum + item.parts[i]!.seconds / item.total, before),
      terms: [
        ...parts.map((i) => share(stays + i)),
        ...item.cells.flatMap((one, i) => (one.bucket <= bucket ? [share(cells + i)] : [])),
      ],
    }
  }
}

/** What leaves parts and comes into cells, both by time, matched. */
function movesOf(
  { item, stays, cells }: Block,
  values: Float64Array,
  { compiled, groups, buckets }: Pick<Levelled, 'compiled' | 'groups' | 'buckets'>,
): LevellingMove[] {
  const leaving = item.parts.map(({ bucket, seconds }, i) => ({
    bucket,
    left: seconds - values[stays + i]!,
  }))
  const coming = item.cells.map((cell, i) => ({ cell, left: values[cells + i]! }))
  const { order: number } = compiled.operations[item.operation]!
  const order = compiled.problem.orders[number]!
  const operation = order.operations[item.operation - compiled.firstOfOrder[number]!]!.id
  const names = (numbers: readonly number[]) => numbers.map((group) => groups[group]!.id)
  const moves: LevellingMove[] = []
  for (const to of coming.sort((a, b) => a.cell.bucket - b.cell.bucket))
    for (const from of leaving) {
      const amount = Math.min(from.left, to.left)
      from.left -= amount
      to.left -= amount
      const seconds = Math.round(amount)
      if (seconds === 0) continue
      const there = Math.round(amount * to.cell.pace)
      moves.push({
        ...{ order: order.id, operation },
        from: { ...buckets[from.bucket]!, groups: names(item.groups), seconds },
        to: { ...buckets[to.cell.bucket]!, groups: names(to.cell.groups), seconds: there },
      })
    }
  return moves
}
