import type { Decider } from '../../domain/decider.ts'
import type { Recorded } from '../../domain/event.ts'

/** One value that a fact changed: `operations.10.good`, 5, 3. Null where there was or is none. */
export interface StateChange {
  readonly path: string
  readonly old: unknown
  readonly new: unknown
}

/** The state of a stream before its fact of this revision. */
export interface Reached {
  readonly state: unknown
  readonly next: number
}

/**
 * Old and new values of what these facts changed: the decider's state right before and right after each
 * of them. So every command has them, whatever it changed, and none has to say them itself.
 * @param stream facts of the stream from `from` up to the last wanted one, in order
 * @param wanted revisions
 * @param from where an earlier call got to
 */
export function stateChanges(
  { evolve }: Decider,
  stream: readonly Recorded[],
  wanted: ReadonlySet<number>,
  from: Reached,
): { readonly changes: ReadonlyMap<number, readonly StateChange[]>; readonly reached: Reached } {
  const changes = new Map<number, readonly StateChange[]>()
  let { state } = from
  for (const fact of stream) {
    const before = wanted.has(fact.revision) ? plain(state) : undefined
    state = evolve(state, fact, fact.metadata.occurredAt)
    if (wanted.has(fact.revision))
      changes.set(fact.revision, [...differences(before, plain(state), '')])
  }
  return { changes, reached: { state, next: from.next + stream.length } }
}

function* differences(before: unknown, after: unknown, path: string): Generator<StateChange> {
  if (Object.is(before, after)) return
  if (!isObject(before) && !isObject(after)) {
    yield { path, old: before ?? null, new: after ?? null }
    return
  }
  const [old, fresh] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
  for (const key of new Set([...Object.keys(old), ...Object.keys(fresh)]))
    yield* differences(old[key], fresh[key], path === '' ? key : `${path}.${key}`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Maps and sets as objects, so that one walk compares all. */
function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  if (value instanceof Set)
    return Object.fromEntries([...value].map((item) => [JSON.stringify(plain(item)), true]))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}
