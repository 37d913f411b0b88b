import { checkReplay } from './adapters/postgres/replay-check.ts'
import { createTables } from './adapters/postgres/tables.ts'
import { ConfigError } from './config.ts'
import { uuid5 } from './commands/ids.ts'
import { projectionSkip } from './domain/audit/projection-skip.ts'
import { isRejection } from './domain/decider.ts'
import type { Projection } from './projections/projection.ts'
import type { Log } from './system.ts'

/** The read model of that name. @throws ConfigError naming all there are */
export function findProjection(projections: readonly Projection[], name: string): Projection {
  const found = projections.find((p) => p.name === name)
  if (found) return found
  const known = projections.map((p) => p.name).join(', ')
  throw new ConfigError(`there is no read model ${JSON.stringify(name)}; there are: ${known}`)
}

/**
 * `taktlog projection skip`: lets a projection pass over the event that stopped it, and keeps as a fact
 * who told it to and why.
 * @throws Error when the projection did not stop at that position
 */
export async function skipEvent(
  { database, execute, projections }: Log,
  skip: {
    readonly projection: string
    readonly position: number
    readonly by: string
    readonly reason: string
  },
): Promise<void> {
  const { name } = findProjection(projections, skip.projection)
  await createTables(database).skip(name, skip.position, { by: skip.by, why: skip.reason })
  const { position, reason } = skip
  const outcome = await execute(
    projectionSkip,
    { type: 'SkipProjectionEvent', projection: name, position, reason },
    {
      commandId: uuid5(`skip/${name}/${position}`),
      actor: skip.by,
      site: 'system',
      source: 'command-line',
    },
  )
  if (isRejection(outcome)) throw new ConfigError(outcome.why)
  console.log(`${name} passes over position ${position} and goes on.`)
}

/** `taktlog projection retry`: lets a stopped projection try the same event again, after a fix. */
export async function retryProjection(
  { database, projections }: Log,
  projection: string,
): Promise<void> {
  const { name } = findProjection(projections, projection)
  await createTables(database).resume(name)
  console.log(`${name} tries again.`)
}

/**
 * `taktlog projection check`: replays the log in memory and compares row by row.
 * @throws Error naming the read models that differ
 */
export async function checkProjections(
  { pool, store, projections }: Log,
  names: readonly string[],
): Promise<void> {
  const chosen =
    names.length === 0 ? projections : names.map((name) => findProjection(projections, name))
  const {
    events,
    position,
    grew,
    foldSeconds,
    projections: all,
  } = await checkReplay({ pool, store }, chosen)
  if (grew) throw new Error('the log grew meanwhile; check again when nothing is recorded')
  const rows = all.reduce((sum, one) => sum + one.rows, 0)
  const wrong = all.filter(({ differing }) => differing.length > 0)
  if (wrong.length > 0)
    throw new Error(
      wrong.map(({ projection, differing }) => `${projection}: ${differing.join(', ')}`).join('; '),
    )
  const rate = Math.round(events / Math.max(foldSeconds, 0.001))
  console.log(
    `${rows} rows of ${chosen.length} read models are what ${events} events up to position ${position} make ` +
      `(${rate} events/s folded in memory).`,
  )
}
