import { createTables } from './adapters/postgres/tables.ts'
import { ConfigError } from './config.ts'
import { rebuild } from './projections/rebuild.ts'
import { createProgress } from './progress.ts'
import { findProjection } from './projection-command.ts'
import type { Log } from './system.ts'

/**
 * `taktlog rebuild`: builds the named read models (all for null) with a progress bar. Stopped or
 * killed, the same command goes on where it stood.
 * @throws ConfigError for a name that is none; Error when an event stopped one of them
 */
export async function rebuildReadModels(
  { store, database, projections }: Log,
  names: readonly string[] | null,
  signal: AbortSignal,
): Promise<void> {
  const chosen =
    names === null ? projections : names.map((name) => findProjection(projections, name))
  if (chosen.length === 0) throw new ConfigError('name read models, e.g. orders, or use --all')
  const progress = createProgress('rebuild', 'events')
  const rebuilt = await rebuild(chosen, {
    store,
    tables: createTables(database),
    signal,
    onProgress: ({ position, head }) => progress.update(position, head),
  })
  progress.stop()
  const open = rebuilt.filter(({ done }) => !done).map(({ projection }) => projection)
  if (signal.aborted) console.log('Stopped; run the same command again to go on.')
  else if (open.length > 0)
    throw new Error(`stopped by an event: ${open.join(', ')}; see "projections"`)
  else console.log(`Rebuilt ${chosen.map(({ name }) => name).join(', ')}.`)
}
