import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { createOcelExport } from './adapters/ocel/export.ts'
import { systemPrincipal } from './api/authorise.ts'
import { createContext } from './api/context.ts'
import { eventsBetween, eventsOfTrace } from './api/epcis-export.ts'
import { ConfigError, type Config } from './config.ts'
import { namingOf } from './plant-projections.ts'
import { documentText } from './projections/epcis/document.ts'
import { createLogger, openLog, startSystem } from './system.ts'

/** How long the command waits for the read models. */
const CATCH_UP_MS = 10 * 60_000

interface How {
  /** The configuration as the options of a command make it. */
  readonly config: (options: object) => Config
  readonly stopped: () => AbortSignal
}
interface Options {
  readonly from?: string
  readonly to?: string
  readonly out: string
  readonly trace?: string
}

/** Adds `export ocel | epcis` below the command `export`. */
export function exportCommands(parent: Command, how: How): void {
  windowed(parent, 'ocel', 'Object-centric event log (OCEL 2.0) for process mining.')
    .requiredOption('--out <file>', 'File to write, .json or .sqlite.')
    .action(async (options: Options, command: Command) =>
      exportOcel(how.config(command.optsWithGlobals()), checked(options), how.stopped()),
    )
  windowed(parent, 'epcis', 'EPCIS 2.0 document (JSON-LD) of what happened to material.')
    .requiredOption('--out <file>', 'File to write.')
    .option('--trace <id>', 'Of all that a lot, serial or order is made of and went into.')
    .action(async (options: Options, command: Command) =>
      exportEpcis(how.config(command.optsWithGlobals()), checked(options)),
    )
}

const windowed = (parent: Command, name: string, about: string): Command =>
  parent
    .command(name)
    .description(about)
    .option('--from <instant>', 'ISO-8601 instant; from the beginning by default.')
    .option('--to <instant>', 'ISO-8601 instant, exclusive; to the end by default.')

/** @throws ConfigError for what is no instant */
function checked({ from, to, ...rest }: Options): Options {
  const instant = (name: string, value: string | undefined): object => {
    if (value === undefined) return {}
    if (Number.isNaN(Date.parse(value)))
      throw new ConfigError(`--${name} ${value} is not an ISO-8601 instant`)
    return { [name]: new Date(value).toISOString() }
  }
  return { ...rest, ...instant('from', from), ...instant('to', to) }
}

async function exportOcel(config: Config, options: Options, signal: AbortSignal): Promise<void> {
  const { from, to, out } = options
  const format = /\.(json|sqlite)$/.exec(out)?.[1] as 'json' | 'sqlite' | undefined
  if (!format) throw new ConfigError(`--out ${out}: the name has to end with .json or .sqlite`)
  const log = await openLog(config, createLogger(config), { attach: true })
  try {
    const wanted = { format, from, to, sites: null }
    const { events, objects } = await createOcelExport(log.store)(wanted, out, signal)
    console.log(`${out}: ${events} events of ${objects} objects.`)
  } finally {
    await log.close()
  }
}

async function exportEpcis(base: Config, { trace, out, ...window }: Options): Promise<void> {
  const config: Config = { ...base, roles: ['projector'] }
  const system = await startSystem(config, createLogger(config), { attach: true })
  try {
    const { store, reads, services } = system
    if (!(await reads.waitFor(await store.head(), CATCH_UP_MS)))
      throw new Error('the read models are too far behind; try again later')
    const context = createContext({ ...services, reads, onChange: () => () => {} }, systemPrincipal)
    const wanted = { id: trace ?? '', kind: null, ways: ['BACKWARD', 'FORWARD'] as const }
    const rows = trace
      ? await eventsOfTrace(wanted, namingOf(config), context)
      : eventsBetween(window, context)
    if (rows === null) throw new ConfigError(`--trace ${trace}: the genealogy knows nothing of it`)
    const text = documentText(rows, services.clock.now())
    await pipeline(Readable.from(text), createWriteStream(out))
    console.log(`${out} is written.`)
  } finally {
    await system.close()
  }
}
