import { checkReplay } from './adapters/postgres/replay-check.ts'
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { createListening } from './adapters/postgres/log-listener.ts'
import { createReadModels } from './adapters/postgres/read-models.ts'
import { createTables } from './adapters/postgres/tables.ts'
import type { Services } from './api/context.ts'
import { watchedBatch } from './commands/watched.ts'
import type { Config } from './config.ts'
import { createChangeFeed, type Moves } from './projections/change-feed.ts'
import { createProjector, type Projector } from './projections/projector.ts'
import type { ReadModels } from './projections/read-models.ts'
import { openReplica } from './replica.ts'
import type { Log } from './system.ts'

/** Read models as a process has them, whether it projects them or another one does. */
export interface ReadSide {
  readonly projector: Projector
  readonly reads: ReadModels & { readonly moves: Moves }
  /** What of it the API stands on. */
  readonly services: Pick<Services, 'reads' | 'replica' | 'onChange' | 'checkReplay'>
  close(): Promise<unknown>
}

/** @param signal ends what follows the read models; the projector runs when told to */
export function openReadSide(
  config: Pick<Config, 'databaseReadUrl'>,
  log: Log,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): ReadSide {
  const { store, database, pool, projections } = log
  const self = randomUUID()
  const projector = createProjector({
    ...{ store, projections },
    observe: watchedBatch(log),
    tables: createTables(database, self),
    log: {
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
    },
  })
  const moved = createListening(database, 'read_moved', self)
  const reads = createReadModels({ pool, store, projections, projector, moved })
  const replica = openReplica(config, log, logger)
  const onChange = createChangeFeed({ store, projections, moves: reads.moves, signal })
  return {
    ...{ projector, reads },
    services: {
      ...{ reads, onChange, ...(replica ? { replica: replica.reads } : {}) },
      checkReplay: () => checkReplay({ pool, store }, projections),
    },
    close: () => Promise.all([moved.close(), replica?.close()]),
  }
}
