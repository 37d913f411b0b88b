import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logElsewhere } from './adapters/postgres/tlog/log-elsewhere.ts'
import { verifyLog } from './adapters/postgres/tlog/verify.ts'
import { parseVerifier, type Verifier } from './commands/tlog/note.ts'
import { tilePath } from './commands/tlog/tiles.ts'
import type { ReadTiles } from './commands/tlog/proofs.ts'
import { ConfigError } from './config.ts'
import { createProgress } from './progress.ts'
import type { Log } from './system.ts'

export interface VerifyCommand {
  /** Files with checkpoints that were kept outside. */
  readonly from: readonly string[]
  /** Folder with tiles that were kept outside. */
  readonly tiles?: string | undefined
  /** Public keys that count besides those of this Taktlog. */
  readonly keys: readonly string[]
  readonly trusted: readonly Verifier[]
  /** The log is in a store of its own, not in the database of the tree. */
  readonly elsewhere: boolean
}

/**
 * `taktlog verify`: holds the log against its tree and its checkpoints. The first thing that is not as
 * it was goes to standard output, and the process ends with 1.
 * @throws ConfigError for files and keys that cannot be read
 */
export async function verifyCommand(
  { pool, store }: Log,
  command: VerifyCommand,
  signal: AbortSignal,
): Promise<void> {
  const progress = createProgress('verify', 'events')
  const began = performance.now()
  const verified = await verifyLog({
    pool,
    ...(command.elsewhere ? { log: logElsewhere(store) } : {}),
    trusted: [...command.trusted, ...command.keys.map(parseVerifier)],
    outside: command.from.map(readNote),
    ...(command.tiles ? { tiles: tilesIn(command.tiles) } : {}),
    onProgress: (done, total) => progress.update(done, total),
    signal,
  }).finally(() => progress.stop())
  const { events, checkpoints, covered, finding } = verified
  const seconds = (performance.now() - began) / 1_000
  if (finding) {
    console.log(`The log is not as it was: ${finding.detail}.`)
    process.exitCode = 1
  } else if (signal.aborted) {
    console.log(`Stopped after ${events} events; all of them are as they were.`)
    process.exitCode = 1
  } else
    console.log(
      `${events} events are as they were, ${Math.round(events / seconds)} a second. ` +
        `The log agrees with ${checkpoints} signed checkpoints, the latest of size ${covered}.`,
    )
}

function readNote(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`--from ${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** Tiles as tlog-tiles lays them out; the widest partial one where the full one is not there yet. */
const tilesIn =
  (folder: string): ReadTiles =>
  async (wanted) =>
    wanted.flatMap(({ level, index }) => {
      const file = join(folder, tilePath(level, index))
      const hashes = readIf(file) ?? widest(file)
      return hashes ? [{ level, index, hashes }] : []
    })

const readIf = (file: string): Buffer | null => {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}

function widest(file: string): Buffer | null {
  try {
    const widths = readdirSync(`${file}.p`).map(Number)
    return readIf(join(`${file}.p`, String(Math.max(...widths))))
  } catch {
    return null
  }
}
