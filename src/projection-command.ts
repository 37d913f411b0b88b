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
