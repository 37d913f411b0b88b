import { uuid5 } from '../../commands/ids.ts'
import { streamOf } from '../../domain/decider.ts'
import { logisticUnit } from '../../domain/material/logistic-unit.ts'
import { eventHash, type Json } from '../../projections/epcis/event-hash.ts'
import type { Naming } from '../../projections/epcis/names.ts'
import { meaningOf, type Wish } from './epcis-commands.ts'
import { readDocument, type EpcisEvent } from './epcis-document.ts'
import { checkSite, definePlant, type SiteOptions } from './plant.ts'
import { runImport, type ImportDeps, type Report, type Sink } from './run.ts'

export interface EpcisOptions extends SiteOptions {
  /** How this plant names its own things: their URIs lead back to their ids. */
  readonly naming: Naming
}
const SOURCE = 'epcis'

/**
 * Imports EPCIS 2.0 documents (JSON): receiving, making, shipping and scrapping, packing, building in and
 * transforming become commands; what has no counterpart is told. An event counts once, by its
 * eventID or, where it has none, by its hash.
 * @throws ImportError for a file that is no EPCIS document
 */
export function importEpcis(
  files: readonly string[],
  options: EpcisOptions,
  deps: ImportDeps,
): Promise<Report> {
  checkSite(options)
  return runImport(files, options.site, deps, async (sink) => {
    const untold = new Map<string, number>()
    for (const file of files) {
      const { found, namespaces } = await readDocument(file)
      const times = found.flatMap(({ event }) => (event ? [momentOf(event)] : []))
      if (times.length > 0)
        await definePlant(sink, SOURCE, options, { at: times.toSorted()[0]!, file, scopes: [] })
      for (const [index, item] of found.entries()) {
        await sink.room({ file, bytes: 0, lines: index + 1 })
        const place = { file, line: index + 1 }
        if (item.event === null) {
          sink.bad(SOURCE, { ...place, raw: JSON.stringify(item.raw), why: item.why })
          continue
        }
        const name = item.event.eventID ?? eventHash(item.raw as Json, namespaces)
        const movementId = uuid5(`epcis/${name}`)
        const { wishes, lost } = meaningOf(item.event, { naming: options.naming, movementId })
        for (const words of lost) untold.set(words, (untold.get(words) ?? 0) + 1)
        await send(sink, wishes, { ...place, name, occurredAt: momentOf(item.event) })
      }
    }
    for (const [words, count] of untold) sink.note(`no counterpart here, ${count} times: ${words}`)
  })
}

const momentOf = ({ eventTime }: EpcisEvent): string => new Date(eventTime).toISOString()

/** What is built in, packed or shipped has to be there: events follow one another. */
async function send(
  sink: Sink,
  wishes: readonly Wish[],
  at: { file: string; line: number; name: string; occurredAt: string },
): Promise<void> {
  const { name, ...place } = at
  for (const [n, { decider, command, ifNew }] of wishes.entries()) {
    if (ifNew !== undefined && (await sink.has(streamOf(logisticUnit, ifNew)))) continue
    sink.command(SOURCE, { decider, command, name: `epcis/${name}/${n}`, ...place })
    if (dependsOn.has(command.type)) await sink.settle()
  }
  if (wishes.length > 0) await sink.settle()
}
/** The next wish of the same event needs what these make. */
const dependsOn = new Set(['OpenLogisticUnit', 'ProduceUnit'])
