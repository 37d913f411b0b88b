import { actively, type ActiveDeps } from './active.ts'
import { runAuditIndexOf } from './adapters/postgres/audit-elsewhere.ts'
import { runAuditIndex } from './adapters/postgres/audit-trail.ts'
import { runNotaryOf } from './adapters/postgres/tlog/elsewhere.ts'
import { runNotary } from './adapters/postgres/tlog/notary.ts'
import { loadKeys, type LogKeys } from './adapters/tlog/keys.ts'
import { createPublish } from './adapters/tlog/publish.ts'
import type { Config } from './config.ts'
import type { Log } from './system.ts'

/** The keys that the settings name; made on first use. */
export const keysOf = ({ dataFolder, logOrigin, logKey }: Config): LogKeys =>
  loadKeys({ folder: dataFolder, origin: logOrigin, setting: logKey })

/**
 * Keeps the Merkle tree and the audit index of the log, and publishes checkpoints, until the signal
 * aborts; each in one of all processes. Survives outages of the database.
 */
export async function runNotaryRole(
  {
    database,
    pool,
    store,
    signer,
  }: Pick<Log, 'database' | 'pool' | 'store'> & Pick<LogKeys, 'signer'>,
  config: Config,
  active: ActiveDeps,
): Promise<void> {
  const warn = (message: string) => active.log.warn(`notary: ${message}`)
  const publish = createPublish({
    file: config.checkpointFile,
    url: config.checkpointUrl,
    folder: config.tilesFolder,
  })
  const checkpointMs = config.checkpointSeconds * 1_000
  await Promise.all([
    actively('notary', active, (signal) => {
      const deps = { signer, checkpointMs, publish, warn, signal }
      return config.kurrentdbUrl ? runNotaryOf(store, pool, deps) : runNotary({ database, ...deps })
    }),
    actively('audit index', active, (signal) =>
      config.kurrentdbUrl ? runAuditIndexOf(store, pool, signal) : runAuditIndex(database, signal),
    ),
  ])
}
