import { piecesOf, takenOf, usesOf, type ResourceGroup } from './capacity.ts'
import type { Compiled } from './compile.ts'
import type { Span } from './problem.ts'
import type { Schedule } from './schedule.ts'
import { windowsOf } from './windows.ts'
import { workedSeconds } from './working-time.ts'

/** An operation whose work may be done at another time or by another group. Seconds of its work as scheduled. */
export interface Item {
  readonly operation: number
  /** All of its work, and what of it lies before the first bucket. */
  readonly total: number
  readonly before: number
  /** Where it is scheduled, by bucket. */
  readonly parts: readonly Part[]
  /** Groups that its work loads, as scheduled. */
  readonly groups: readonly number[]
  /** Where its work could be instead. */
  readonly cells: readonly Cell[]
}
export interface Part {
  readonly bucket: number
  readonly seconds: number
  readonly loads: readonly GroupLoad[]
}
export interface Cell {
  readonly bucket: number
  /** Groups that would have the work. */
  readonly groups: readonly number[]
  /** Of the work as scheduled what fits in there at most: an operation is on one machine at a time. */
  readonly most: number
  /** Seconds that a second of the work as scheduled takes there. */
  readonly pace: number
  readonly loads: readonly GroupLoad[]
  readonly isOtherGroup: boolean
}
/** Load of a group; of a part in seconds, of a cell by second of work. */
export interface GroupLoad {
  readonly group: number
  readonly seconds: number
}

/** What may be moved: neither what runs, is pinned or frozen, nor what loads none of the groups. */
export function itemsOf(
  compiled: Compiled,
  schedule: Schedule,
  groups: readonly ResourceGroup[],
  buckets: readonly Span[],
): Item[] {
  const takes = groups.map((group) => takenOf(compiled, group))
  const pieces = Map.groupBy(piecesOf(compiled, schedule, buckets), ({ operation }) => operation)
  const begins = buckets[0]!.from
  const candidates = [...pieces].flatMap(([operation, own]): Omit<Item, 'cells'>[] => {
    if (compiled.operations[operation]!.fixed) return []
    const mode = schedule.mode[operation]!
    const parts = [...Map.groupBy(own, ({ bucket }) => bucket)].map(([bucket, list]): Part => ({
      bucket,
      seconds: list.reduce((sum, { seconds }) => sum + seconds, 0),
      loads: takes.flatMap((take, group) => {
        const taken = list.filter(({ part }) => take(operation, mode, part))
        const seconds = taken.reduce((sum, one) => sum + one.seconds, 0)
        return seconds > 0 ? [{ group, seconds }] : []
      }),
    }))
    const loaded = new Set(parts.flatMap(({ loads }) => loads.map(({ group }) => group)))
    if (loaded.size === 0) return []
    const uses = usesOf(compiled, schedule, operation)
    const worked = (until: number) =>
      uses.reduce(
        (sum, { from, to, time }) => sum + workedSeconds(time, from, Math.min(to, until)),
        0,
      )
    return [
      {
        operation,
        ...{ total: worked(Infinity), before: worked(begins) },
        parts: parts.sort((a, b) => a.bucket - b.bucket),
        groups: [...loaded].sort((a, b) => a - b),
      },
    ]
  })
  const moves = new Uint8Array(compiled.operations.length)
  for (const { operation } of candidates) moves[operation] = 1
  const windows = windowsOf(compiled, schedule, moves)
  return candidates.map((item) => {
    const { operation } = item
    const window = { from: windows.from[operation]!, to: windows.to[operation]! }
    return { ...item, cells: cellsOf(item, { compiled, schedule, groups, buckets, takes, window }) }
  })
}

interface Where {
  readonly compiled: Compiled
  readonly schedule: Schedule
  readonly groups: readonly ResourceGroup[]
  readonly buckets: readonly Span[]
  readonly takes: readonly ReturnType<typeof takenOf>[]
  readonly window: Span
}

function cellsOf(item: Omit<Item, 'cells'>, where: Where): Cell[] {
  const { compiled, buckets, window } = where
  const scheduled = new Map(item.parts.map(({ bucket, seconds }) => [bucket, seconds]))
  return waysOf(item, where).flatMap(({ modes, pace, isOtherGroup, ...way }) => {
    const open = modes.map((mode) => compiled.equipment[mode]!.open)
    return buckets.flatMap((span, bucket): Cell[] => {
      const [from, to] = [Math.max(span.from, window.from), Math.min(span.to, window.to)]
      const longest = Math.max(...open.map((time) => workedSeconds(time, from, to)))
      const own = isOtherGroup ? 0 : (scheduled.get(bucket) ?? 0)
      const most = longest / pace - own
      return most > 0 ? [{ bucket, most, pace, isOtherGroup, ...way }] : []
    })
  })
}

interface Way extends Pick<Cell, 'groups' | 'pace' | 'loads' | 'isOtherGroup'> {
  /** Machines it can be done on that way. */
  readonly modes: readonly number[]
}

/** Ways to do an operation that differ in the groups they load: as scheduled, and others with known capacity. */
function waysOf(
  { operation, parts, groups: own }: Omit<Item, 'cells'>,
  { compiled, schedule, groups, takes }: Where,
): Way[] {
  const { modes } = compiled.operations[operation]!
  const now = modes[schedule.mode[operation]!]!
  const loaded = (mode: number) =>
    groups.flatMap((_, group) => (takes[group]!(operation, mode, 'run') ? [group] : []))
  const work = parts.reduce((sum, { seconds }) => sum + seconds, 0)
  const shares = own.map((group) => ({
    group,
    seconds:
      parts
        .flatMap(({ loads }) => loads)
        .reduce((sum, one) => sum + (one.group === group ? one.seconds : 0), 0) / work,
  }))
  const byGroups = Map.groupBy(modes.keys(), (mode) => loaded(mode).join())
  return [...byGroups.values()].flatMap((numbers): Way[] => {
    const list = numbers.map((number) => modes[number]!)
    const to = loaded(numbers[0]!)
    const machines = list.map(({ equipment }) => equipment)
    if (list.includes(now))
      return [{ groups: own, pace: 1, loads: shares, isOtherGroup: false, modes: machines }]
    // Where no group says what a machine can take, nothing is sent there.
    if (!to.some((group) => 'equipment' in groups[group]!)) return []
    const quickest = Math.min(...list.map(({ seconds }) => seconds))
    const pace = now.seconds > 0 ? quickest / now.seconds : 1
    const loads = to.map((group) => ({ group, seconds: pace }))
    return pace > 0 ? [{ groups: to, pace, loads, isOtherGroup: true, modes: machines }] : []
  })
}
