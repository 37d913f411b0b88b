import type { Command } from 'commander'
import { importCsv } from './adapters/import/csv.ts'
import { importEpcis } from './adapters/import/epcis.ts'
import { importIcal } from './adapters/import/ical.ts'
import { importMtconnect } from './adapters/import/mtconnect.ts'
import { importQif } from './adapters/import/qif.ts'
import type { ImportDeps, Report } from './adapters/import/run.ts'
import { actingAs, systemPrincipal } from './api/authorise.ts'
import type { Config } from './config.ts'
import { namingOf } from './plant-projections.ts'
import { createProgress } from './progress.ts'
import { createLogger, startSystem } from './system.ts'

/** How long the command waits for the read models after the last line. */
const CATCH_UP_MS = 10 * 60_000
const KILO = 1_000

interface How {
  /** The configuration as the options of a command make it. */
  readonly config: (options: object) => Config
  readonly stopped: () => AbortSignal
}
type Run = (files: readonly string[], options: any, deps: ImportDeps) => Promise<Report>

/** Adds `import mtconnect | qif | epcis | csv | ical` below the command `import`. */
export function importCommands(parent: Command, how: How): void {
  ofSite(subcommand(parent, how, 'mtconnect', importMtconnect))
    .description(
      'Logs of MTConnect adapters (SHDR): machine states, programs, counters, alarms, gaps.',
    )
    .option('--machine <id>', 'Whose files these are, where their names do not say it.')
    .option('--work-centre <id>', 'Work centre the machines stand in.')
    .option(
      '--serial <pattern>',
      'Serial of a piece from the name of its file, e.g. {part}-{number}.',
    )
  ofSite(subcommand(parent, how, 'qif', importQif))
    .description('QIF 2.1 results: inspection plans and measured values by serial.')
    .option('--part <id>', "Material inspected; else from the file's name.")
    .option(
      '--serial <pattern>',
      'Serial from the serial number in the file, e.g. {part}-{number}.',
    )
    .option('--at <instant>', 'When it was inspected, for files that do not say.')
    .option('--length-unit <code>', 'Rec 20 code of lengths, for files that do not say; MMT.')
    .option('--angle-unit <code>', 'Rec 20 code of angles, for files that do not say; DD.')
  const epcis: Run = (files, options, deps) =>
    importEpcis(files, { ...options, naming: namingOf(how.config({})) }, deps)
  ofSite(subcommand(parent, how, 'epcis', epcis)).description(
    'EPCIS 2.0 documents (JSON): receiving, making, shipping, packing, building in, transforming.',
  )
  ofSite(subcommand(parent, how, 'ical', importIcal))
    .description('iCalendar files: holidays, shifts and planned down time into a calendar.')
    .requiredOption('--calendar <id>', 'EQUIPMENT:<scope> or PERSON:<scope>; new ones are defined.')
    .option('--name <text>', 'Name of a new calendar; its scope by default.')
    .option('--from <day>', 'First day of the events taken; today by default.')
    .option('--until <day>', 'Day after the last; two years ahead by default.')
    .option('--reason <text>', 'Correct days that have passed, and why; else they are left out.')
  subcommand(parent, how, 'csv', importCsv)
    .description('Any table, through a declarative mapping; see examples/.')
    .requiredOption('--mapping <file>', 'YAML file that says what the columns mean, and the site.')
}

/** Where the files do not say whose they are; a mapping does. */
const ofSite = (command: Command): Command =>
  command
    .option('--site <id>', 'ISA-95 site everything belongs to; defined where it is new.', 'SITE')
    .option('--site-name <text>', 'Its name, where it is new.')
    .option('--time-zone <iana>', 'Its time zone, and that of times without an offset.', 'UTC')

function subcommand(parent: Command, how: How, name: string, run: Run): Command {
  const command = parent.command(name).argument('<files...>', 'Files to read.')
  return command.action(async (files: string[]) =>
    runOne(how, name, (deps) => run(files, command.opts(), deps), command.optsWithGlobals()),
  )
}

async function runOne(
  how: How,
  name: string,
  run: (deps: ImportDeps) => Promise<Report>,
  options: object,
): Promise<void> {
  const base = how.config(options)
  const config: Config = { ...base, roles: ['projector', 'policy'] }
  const signal = how.stopped()
  const system = await startSystem(config, createLogger(config), { attach: true })
  const progress = createProgress(`import ${name}`, 'kB')
  try {
    const report = await run({
      store: system.store,
      execute: actingAs(system.services.execute, systemPrincipal),
      record: system.services.record,
      signal,
      onProgress: ({ bytes, totalBytes }) =>
        progress.update(Math.round(bytes / KILO), Math.round(totalBytes / KILO)),
    })
    progress.stop()
    print(report)
    await system.reads.waitFor(report.position, CATCH_UP_MS)
  } finally {
    progress.stop()
    await system.close()
  }
}

function print(report: Report): void {
  const { files, lines, recorded, duplicates, quarantined, rejected, seconds } = report
  console.log(
    `${files} files, ${lines} lines in ${seconds.toFixed(1)} s (${Math.round(report.linesPerSecond)} lines/s): ` +
      `${recorded} facts recorded, ${duplicates} known before, ${quarantined} quarantined, ${rejected} refused.`,
  )
  for (const note of report.notes) console.log(`note: ${note}`)
  for (const { file, line, why } of report.badLines)
    console.log(`quarantined: ${file}:${line}: ${why}`)
  for (const { file, line, command, code, why } of report.refusals)
    console.log(`refused: ${file}:${line}: ${command}: ${code}. ${why}`)
  if (report.stopped) console.log('Stopped; run the same command again to go on.')
}
