import { StoreUnavailable, type EventStore } from '../../src/commands/event-store.ts'
import { collect, flush } from '../../src/projections/flush.ts'
import { createMember, fold, groupOf } from '../../src/projections/fold.ts'
import { projections } from '../../src/projections/index.ts'
import type { Keyed, Projection } from '../../src/projections/projection.ts'
import { CheckpointMoved, type Table, type Write } from '../../src/projections/tables.ts'
import { memoryTable } from '../projections/memory-session.ts'
import { strikes, turns, type Weather } from './faulty-store.ts'

/** Rows a projector remembers: few, so that it forgets and loads again. */
const REMEMBERED = 3

interface Stored {
  readonly rows: Map<string, Keyed<object>>
  position: number
}

/** Tables in memory that keep the promises of the real ones: rows and checkpoint move together or not. */
export interface Database {
  rows(p: Projection): ReadonlyMap<string, Keyed<object>>
  /** The position that all projections have reached. */
  position(): number
  /** Keeps the tables up to date until the signal aborts, through crashes; several may run at a time. */
  project(store: EventStore, weather: Weather, signal: AbortSignal): Promise<void>
}

export function createDatabase(): Database {
  const tables = new Map<string, Stored>(
    projections.map((p) => [p.name, { rows: new Map(), position: 0 }]),
  )
  const stored = (table: Table): Stored => tables.get(table.name)!

  const commit = (writes: readonly Write[]): void => {
    const moved = writes.filter(({ table, from }) => stored(table).position !== from)
    if (moved.length > 0) throw new CheckpointMoved(moved.map(({ table }) => table.name))
    for (const { table, to, fresh, changed, gone } of writes) {
      const { rows } = stored(table)
      for (const key of gone) rows.delete(key)
      for (const row of fresh) {
        if (rows.has(row.key)) throw new Error(`${table.name} ${row.key} is not fresh`)
        rows.set(row.key, structuredClone(row))
      }
      for (const row of changed) rows.set(row.key, structuredClone(row))
      stored(table).position = to
    }
  }

  /** One life of a projector: it ends with a crash, an outage, or because another one was faster. */
  const live = async (store: EventStore, weather: Weather, signal: AbortSignal): Promise<void> => {
    const session = {
      load: async (table: Table, _: Projection, keys: readonly string[]) => {
        await turns(weather)
        if (strikes(weather)) throw new StoreUnavailable(new Error('no rows'))
        const found = keys.map((key) => [key, stored(table).rows.get(key)] as const)
        return new Map(found.flatMap(([key, row]) => (row ? [[key, structuredClone(row)]] : [])))
      },
      write: async (writes: readonly Write[]) => {
        await turns(weather)
        if (strikes(weather)) throw new StoreUnavailable(new Error('crashed before the commit'))
        commit(writes)
        if (strikes(weather)) throw new StoreUnavailable(new Error('crashed after the commit'))
      },
    }
    const members = projections.map((p) =>
      createMember(p, { ...memoryTable(p), position: tables.get(p.name)!.position }, REMEMBERED),
    )
    const group = groupOf(members)
    const after = Math.min(...members.map(({ position }) => position))
    for await (const { facts, position } of store.subscribe({ after, signal })) {
      const broken = await fold(group, facts, position, session)
      for (const error of broken.values()) throw error
      const { moved, refused } = await flush(collect(members), session)
      if (moved.length + refused.length > 0) return
    }
  }

  return {
    rows: (p) => tables.get(p.name)!.rows,
    position: () => Math.min(...[...tables.values()].map(({ position }) => position)),
    async project(store, weather, signal) {
      while (!signal.aborted) {
        try {
          await live(store, weather, signal)
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) throw error
        }
        await turns(weather)
      }
    },
  }
}
