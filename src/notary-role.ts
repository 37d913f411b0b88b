import { setTimeout as delay } from 'node:timers/promises'
import { runAuditIndex } from './adapters/postgres/audit-trail.ts'
import { runNotary } from './adapters/postgres/tlog/notary.ts'
import { loadKeys, type LogKeys } from './adapters/tlog/keys.ts'
import { createPublish } from './adapters/tlog/publish.ts'
import type { Config } from './config.ts'
import type { Log } from './system.ts'

/** How long the role waits after it failed, before it is started again. */
const RESTART_MS = 1_000

/** The keys that the settings name; made on first use. */
export const keysOf = ({ dataFolder, logOrigin, logKey }: Config): LogKeys =>
  loadKeys({ folder: dataFolder, origin: logOrigin, setting: logKey })

/**
 * Keeps the Merkle tree and the audit index of the log, and publishes checkpoints, until the signal
 * aborts; survives outages of the database.
 */
export async function runNotaryRole(
  { database, signer }: Pick<Log, 'database'> & Pick<LogKeys, 'signer'>,
  config: Config,
  log: { readonly warn: (message: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const warn = (message: string) => log.warn(`notary: ${message}`)
  const publish = createPublish({
    file: config.checkpointFile,
    url: config.checkpointUrl,
    folder: config.tilesFolder,
  })
  const checkpointMs = config.checkpointSeconds * 1_000
  const persistently = async (work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work()
      } catch (error) {
        warn(`${(error as Error).message}; trying again`)
      }
      await delay(RESTART_MS, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  await Promise.all([
    persistently(() => runNotary({ database, signer, checkpointMs, publish, warn, signal })),
    persistently(() => runAuditIndex(database, signal)),
  ])
}
