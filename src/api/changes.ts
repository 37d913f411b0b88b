import { setTimeout as delay } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { Repeater } from 'graphql-yoga'
import type { Keyed, Projection } from '../projections/projection.ts'
import type { Change } from '../projections/read-models.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** Rows one subscription may name; who wants more takes all of them. */
const MAX_KEYS = 1_000
/** Rows read at once when many changed. */
const CHUNK = 500
/** Longest time that a subscription outlives the database, and between two tries meanwhile. */
const OUTAGE_MS = 60_000
const RETRY_MS = 500

export interface ChangesOptions<Row extends object> {
  readonly projection: Projection<Row>
  /** GraphQL type of the row. */
  readonly node: any
  readonly description: string
  /** Argument that limits the subscription to some objects, e.g. `orderIds`, and its description. */
  readonly only: { readonly arg: string; readonly description: string }
  /** Value of the row that `only` is about; its key by default. */
  readonly idOf?: (row: Keyed<Row>) => string
  /** Further arguments (ID), and what they make of a subscription: which of the rows it delivers. */
  readonly also?: {
    readonly args: Readonly<Record<string, string>>
    readonly keep: (
      args: any,
      context: Context,
    ) => Promise<((row: Keyed<Row>) => boolean) | undefined>
  }
}

/** A subscription field that delivers each row of a read model after it changed. */
export function changesField<Row extends object>(name: string, options: ChangesOptions<Row>): void {
  const { projection, node, description, only, also } = options
  builder.subscriptionField(name, (t: any) =>
    t.field({
      type: node,
      description,
      args: {
        [only.arg]: t.arg({ type: ['ID'], description: `${only.description} All by default.` }),
        ...Object.fromEntries(
          Object.entries(also?.args ?? {}).map(([name, says]) => [
            name,
            t.arg.id({ description: says }),
          ]),
        ),
      },
      subscribe: async (_: unknown, args: Record<string, any>, context: Context) => {
        const ids: readonly string[] | null | undefined = args[only.arg]
        if (ids && ids.length > MAX_KEYS)
          throw apiError('InvalidInput', `${only.arg}: name at most ${MAX_KEYS}, or none for all.`)
        await context.access.demand({ kind: 'read', context: projection.context, site: null })
        const keep = await also?.keep(args, context)
        return changes(context, { ...options, keep }, ids ? new Set(ids) : null)
      },
      resolve: (row: Keyed<Row> | null) => {
        if (row === null) throw apiError('Unauthenticated', 'The key or token is no longer valid.')
        return row
      },
    }),
  )
}

/** Rows of one read model as they change. */
const changes = <Row extends object>(
  context: Context,
  {
    projection,
    idOf,
    keep,
  }: ChangesOptions<Row> & { readonly keep?: ((row: Keyed<Row>) => boolean) | undefined },
  ids: ReadonlySet<string> | null,
): Repeater<Keyed<Row> | null> =>
  follow(context, {
    of: [projection],
    keysOf: ({ keys }) => keys.filter((key) => idOf || !ids || ids.has(key)),
    read: async (keys) => {
      const rows = await context.reads.rows(projection, keys)
      return rows.filter(
        (row) => row !== null && (!ids || ids.has(idOf?.(row) ?? row.key)) && (keep?.(row) ?? true),
      ) as Keyed<Row>[]
    },
  })

/**
 * What is read anew as read models change. What changes faster than it is taken is delivered once, in
 * its latest state, so a slow client costs one set of keys; so is what could not be read for a while.
 * Ends when the client leaves or the principal loses its access, which a last null says.
 */
export function follow<T>(
  { onChange, principal, reads }: Context,
  {
    of,
    keysOf,
    read,
  }: {
    readonly of: readonly Projection[]
    /** What is to be read after a change. */
    readonly keysOf: (change: Change) => readonly string[]
    readonly read: (keys: readonly string[]) => Promise<readonly T[]>
  },
): Repeater<T | null> {
  return new Repeater(async (push, stop) => {
    let pending = new Set<string>()
    let wake = (): void => {}
    const ended = new AbortController()
    let position = 0
    const listen = (changed: readonly Change[]): void => {
      for (const change of changed) {
        position = Math.max(position, change.position)
        for (const key of keysOf(change)) pending.add(key)
      }
      if (pending.size > 0) wake()
    }
    const off = onChange(
      of.map(({ name }) => name),
      listen,
    )
    void stop.then(() => {
      ended.abort()
      off()
      wake()
    })
    while (!ended.signal.aborted) {
      if (pending.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      if (principal.stillValid && !(await principal.stillValid())) {
        await push(null)
        return stop()
      }
      const keys = [...pending]
      pending = new Set()
      for (let i = 0; i < keys.length && !ended.signal.aborted; i += CHUNK) {
        const chunk = keys.slice(i, i + CHUNK)
        const items = await patiently(ended.signal, async () => {
          await reads.choose(position)
          return read(chunk)
        })
        for (const item of items) await push(item)
      }
    }
  })
}

/** An outage is waited for; what the API itself refuses ends the subscription. */
async function patiently<T>(
  signal: AbortSignal,
  read: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  for (const until = performance.now() + OUTAGE_MS; ;)
    try {
      return await read()
    } catch (error) {
      if (error instanceof GraphQLError || performance.now() > until) throw error
      await delay(RETRY_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return []
    }
}
