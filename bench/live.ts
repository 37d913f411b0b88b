import { createTables } from '../src/adapters/postgres/tables.ts'
import { projections } from '../src/projections/index.ts'
import { createProjector } from '../src/projections/projector.ts'
import { createLogger, openLog, type Log } from '../src/system.ts'
import { row, seconds, type Benchmark } from './row.ts'
import { concurrently, configOf, withFolder } from './support.ts'
import { blockOf, play, report } from './traffic.ts'

/** Blocks of all kinds that the read models hold beforehand, indexes and all: ten days of the plant. */
const HISTORY = 2_000
/** Blocks whose observations are then projected: 80 facts each. */
const NEWS = 3_750
const CALL = 25

/** What machines and meters said, into tables that are being read: what a connector's backlog costs. */
export const liveBench: Benchmark = {
  name: 'live',
  about: 'machine and energy facts into live read models',
  run: () =>
    withFolder(async (dataFolder) => {
      const config = configOf(dataFolder)
      const log = await openLog(config, createLogger(config))
      try {
        await play(log, 0, HISTORY)
        await project(log)
        const before = await log.store.head()
        await concurrently(NEWS / CALL, 4, (i) => {
          const blocks = Array.from({ length: CALL }, (_, b) => blockOf(HISTORY + i * CALL + b))
          return report(
            log,
            blocks.flatMap(({ observations }) => observations),
          )
        })
        const events = (await log.store.head()) - before
        const took = await seconds(() => project(log))
        return [
          row(
            'projection of machine and energy facts, live',
            { value: events / took, unit: 'events/s' },
            null,
            { atLeast: 60_000 },
          ),
        ]
      } finally {
        await log.close()
      }
    }),
}

/** Runs the projector as a system does until every table that is read stands at the head. */
async function project({ store, database }: Log): Promise<void> {
  const stop = new AbortController()
  const projector = createProjector({ store, tables: createTables(database), projections })
  const positions = new Map<string, number>()
  const head = await store.head()
  const arrived = new Promise<void>((resolve) => {
    projector.onMove((moves) => {
      for (const { projection, position } of moves) positions.set(projection, position)
      if (projections.every(({ name }) => (positions.get(name) ?? 0) >= head)) resolve()
    })
  })
  const running = projector.run(stop.signal)
  await arrived
  stop.abort()
  await running
}
