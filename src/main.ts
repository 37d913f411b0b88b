/** The command line: `taktlog serve`, `demo`, `import`, `rebuild`, `verify`, ... */
import { Command, InvalidArgumentError, Option } from 'commander'
import { ConfigError, readConfig, settings, type Config } from './config.ts'
import { createKey, listKeys, revokeKey } from './commands/api-keys.ts'
import { ExposureError } from './api/exposure.ts'
import { systemClock } from './commands/ports.ts'
import { exportCommands } from './export-command.ts'
import { keepHeapSmall } from './heap.ts'
import { importCommands } from './import-command.ts'
import { checkProjections, retryProjection, skipEvent } from './projection-command.ts'
import { rotateKey, type LogKeys } from './adapters/tlog/keys.ts'
import { keysOf } from './notary-role.ts'
import { migrateLog } from './migrate-command.ts'
import { drillCommand, type DrillOptions } from './drill-command.ts'
import { rebuildReadModels } from './rebuild-command.ts'
import { runDemo } from './demo-command.ts'
import { createLogger, openLog, startSystem, type Log } from './system.ts'
import { verifyCommand } from './verify-command.ts'

/** A history in which everything worth showing happens. */
const DEMO_SEED = 18

keepHeapSmall()

const program = new Command('taktlog')
  .description(
    'Open manufacturing operations management: every shop-floor fact is an immutable event,\n' +
      'everything else is derived from the log by replay.',
  )
  .showHelpAfterError()
  .addHelpText('after', settingsHelp)

/** Options that every command has; each can also be an environment variable. */
const common = (name: string, description: string, under: Command = program): Command =>
  under
    .command(name)
    .description(description)
    .addOption(new Option('--data <folder>', `${settings.dataFolder.about} [TAKTLOG_DATA]`))
    .addOption(new Option('--log-level <level>', `${settings.logLevel.about} [TAKTLOG_LOG_LEVEL]`))

interface CommonOptions {
  readonly data?: string
  readonly logLevel?: string
}
/** Tools say what they did; what the log says of it is of interest only when it is a warning. */
const QUIET = { TAKTLOG_LOG_LEVEL: 'warn' }
const configOf = (options: CommonOptions, defaults = {}): Config =>
  readConfig({ ...defaults, ...process.env }, { ...options, dataFolder: options.data })

/** Aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once. */
function untilStopped(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1)
      stop.abort()
    })
  return stop.signal
}

common('serve', 'Run Taktlog: log, projections, policies and API. Ctrl-C stops it cleanly.')
  .option('--host <address>', `${settings.host.about} [TAKTLOG_HOST]`)
  .option('--port <number>', `${settings.port.about} [TAKTLOG_PORT]`)
  .option('--roles <list>', `${settings.roles.about} [TAKTLOG_ROLES]`)
  .action(async (options: CommonOptions) => {
    const config = configOf({ ...options })
    const stopped = untilStopped()
    const system = await startSystem(config, createLogger(config))
    if (system.api) console.log(`Taktlog serves GraphQL at ${system.api.url}/graphql`)
    else console.log(`Taktlog runs as ${config.roles.join(', ')}`)
    if (system.grpc) console.log(`and the EventStoreDB protocol on port ${system.grpc.port}`)
    if (config.auth === 'none') console.log('No authentication: reachable from this machine only.')
    await aborted(stopped)
    console.log('Stopping ...')
    await system.close()
    // A connection to a database that has fallen silent would keep the process.
    process.exit()
  })

common('demo', 'Run Taktlog with a simulated plant on a fresh data folder of its own.')
  .option('--port <number>', `${settings.port.about} [TAKTLOG_PORT]`)
  .option('--seed <number>', 'Seed of the simulated plant.', wholeNumber, DEMO_SEED)
  .action(async (options: CommonOptions & { seed: number }) => {
    const defaults = { TAKTLOG_DATA: './data/demo', TAKTLOG_LOG_LEVEL: 'warn' }
    const config = configOf({ ...options }, defaults)
    await runDemo(config, options.seed, untilStopped())
  })

importCommands(common('import', 'Load history. Running it twice changes nothing.'), {
  config: (options) => configOf(options, QUIET),
  stopped: untilStopped,
})

exportCommands(common('export', 'Write what others can read: OCEL 2.0, EPCIS 2.0.'), {
  config: (options) => configOf(options, QUIET),
  stopped: untilStopped,
})

common('rebuild', 'Build read models anew from the log, beside those in use, then switch.')
  .argument('[names...]', 'Read models, e.g. orders; with --all none.')
  .option('--all', 'Every read model, in one pass over the log.')
  .action(async (names: string[], options: CommonOptions & { all?: boolean }) => {
    const config = configOf({ ...options }, QUIET)
    const stopped = untilStopped()
    await withLog(config, (log) => rebuildReadModels(log, options.all ? null : names, stopped))
  })

common(
  'drill',
  'Practise a recall: trace lots both ways, compare with the log. Ends with 1 if it fails.',
)
  .requiredOption('--site <site>', 'Whose lots are drawn by chance.')
  .option('--lots <list>', 'Drill these lots instead, comma-separated.')
  .option('--sample <number>', 'How many are drawn.', wholeNumber, 5)
  .option('--seed <text>', 'What chance follows from; the day by default.')
  .action((o: CommonOptions & DrillOptions) =>
    withLog(configOf({ ...o }, QUIET), (log) => drillCommand(log, o)),
  )

program
  .command('migrate-log')
  .description('Copy a log into another store, in order; verified, and resumable.')
  .requiredOption('--from <place>', 'Data folder, postgres://... or kurrentdb://... of the log.')
  .requiredOption('--to <place>', 'Where to: the same forms. Empty, or begun by this command.')
  .action(({ from, to }: { from: string; to: string }) => migrateLog(from, to, untilStopped()))

const projection = program
  .command('projection')
  .description('A read model that an event has stopped; see the field "projections" of the API.')
common('skip', 'Pass over the event that stopped it. Who decided it, and why, is kept.', projection)
  .argument('<name>', 'Read model, e.g. orders.')
  .argument('<position>', 'Position of the event that stopped it.', wholeNumber)
  .requiredOption('--by <person-id>', 'Who decided it.')
  .requiredOption('--reason <text>', 'Why the read model may do without this event.')
  .action((name: string, position: number, o: CommonOptions & { by: string; reason: string }) =>
    withLog(configOf({ ...o }, QUIET), (log) =>
      skipEvent(log, { projection: name, position, by: o.by, reason: o.reason }),
    ),
  )
common('retry', 'Try the event that stopped it again, after a fix.', projection)
  .argument('<name>', 'Read model, e.g. orders.')
  .action((name: string, o: CommonOptions) =>
    withLog(configOf({ ...o }, QUIET), (log) => retryProjection(log, name)),
  )

common('check', 'Replay the log in memory and compare each row with the read models.', projection)
  .argument('[names...]', 'Read models; all if none is named.')
  .action((names: string[], o: CommonOptions) =>
    withLog(configOf({ ...o }, QUIET), (log) => checkProjections(log, names)),
  )

common('verify', 'Hold the log against its Merkle tree and its signed checkpoints.')
  .option('--from <file>', 'Checkpoint that was kept outside; may be given again.', collect, [])
  .option('--tiles <folder>', 'Tiles that were kept outside, as TAKTLOG_TILES_FOLDER has them.')
  .option('--key <key>', 'Public key whose signatures count too; may be given again.', collect, [])
  .action(async (o: CommonOptions & { from: string[]; tiles?: string; key: string[] }) => {
    const config = configOf({ ...o }, QUIET)
    const stopped = untilStopped()
    await withLog(config, (log) => {
      const { trusted } = keysOf(config)
      const elsewhere = config.kurrentdbUrl !== undefined
      const command = { from: o.from, tiles: o.tiles, keys: o.key, trusted, elsewhere }
      return verifyCommand(log, command, stopped)
    })
  })

const logKey = program.command('log-key').description('Keys that sign the checkpoints of the log.')
common('show', 'Print the public keys, the one in use first.', logKey).action((o: CommonOptions) =>
  printKeys(keysOf(configOf({ ...o }, QUIET))),
)
common(
  'rotate',
  'Make a new key; restart Taktlog to use it. Old ones go on to verify.',
  logKey,
).action((o: CommonOptions) => {
  const { dataFolder, logOrigin, logKey: setting } = configOf({ ...o }, QUIET)
  if (setting) throw new ConfigError('the key is in TAKTLOG_LOG_KEY: change it there')
  printKeys(rotateKey(dataFolder, logOrigin))
})

const key = program.command('key').description('API keys, for TAKTLOG_AUTH=keys.')
common('create', 'Create a key. It is shown once and cannot be had again.', key)
  .requiredOption('--name <text>', 'What it is for.')
  .requiredOption(
    '--scopes <list>',
    '*, admin, read:<context>, observe:<context>, command:<context>[.<Type>]',
  )
  .option('--sites <list>', 'Sites it may see and change, comma-separated; all by default.')
  .option('--expires <instant>', 'ISO-8601 instant after which it is refused.', instant)
  .action(
    async (o: CommonOptions & { name: string; scopes: string; sites?: string; expires?: string }) =>
      withLog(configOf({ ...o }, QUIET), async ({ keys }) => {
        const wish = {
          name: o.name,
          scopes: split(o.scopes),
          sites: o.sites ? split(o.sites) : null,
        }
        const expiresAt = o.expires ?? null
        const { key: made, token } = await createKey(keys, systemClock, { ...wish, expiresAt })
        console.error(`Key ${made.id} (${made.name}), scopes ${made.scopes.join(', ')}. Keep it:`)
        console.log(token)
      }),
  )
common('list', 'List keys, without their secrets.', key).action(async (o: CommonOptions) =>
  withLog(configOf({ ...o }, QUIET), async ({ keys }) => {
    for (const k of await listKeys(keys)) {
      const state = k.revokedAt ? `revoked ${k.revokedAt}` : (k.expiresAt ?? 'no end')
      const sites = k.sites?.join(',') ?? 'all sites'
      console.log([k.id, k.name, k.scopes.join(','), sites, k.createdAt, state].join('\t'))
    }
  }),
)
common('revoke', 'Revoke a key; it stops working within seconds.', key)
  .argument('<id>', 'Id of the key, as listed.')
  .action(async (id: string, o: CommonOptions) =>
    withLog(configOf({ ...o }, QUIET), async ({ keys }) => {
      if (!(await revokeKey(keys, systemClock, id)))
        throw new ConfigError(`no key ${id} that could be revoked`)
      console.log(`Key ${id} is revoked.`)
    }),
  )

/** For tools: works through the server of another Taktlog on the folder, or starts its own meanwhile. */
async function withLog(config: Config, work: (log: Log) => Promise<void>): Promise<void> {
  const log = await openLog(config, createLogger(config), { attach: true })
  try {
    await work(log)
  } finally {
    await log.close()
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

const printKeys = ({ trusted }: LogKeys): void => {
  for (const { text } of trusted) console.log(text)
}

/** For options that may be given again. */
function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

const split = (list: string): string[] => list.split(',').map((item) => item.trim())

function instant(value: string): string {
  if (Number.isNaN(Date.parse(value))) throw new InvalidArgumentError('Not an ISO-8601 instant.')
  return new Date(value).toISOString()
}

function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('Not a whole number.')
  return Number(value)
}

function settingsHelp(): string {
  const width = Math.max(...Object.values(settings).map(({ variable }) => variable.length))
  const lines = Object.values(settings).map((s) => `  ${s.variable.padEnd(width)}  ${s.about}`)
  return `\nEnvironment variables:\n${lines.join('\n')}\n`
}

/** What the user got wrong is one plain sentence; what we got wrong shows where. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const plain = error instanceof ConfigError || error instanceof ExposureError
  return plain || process.env['TAKTLOG_DEBUG'] !== '1'
    ? error.message
    : (error.stack ?? error.message)
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
