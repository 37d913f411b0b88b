import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { EventStore } from '../../commands/event-store.ts'
import type { OcelExport, OcelWanted } from '../../commands/ocel-export.ts'
import type { Recorded } from '../../domain/event.ts'
import { ocelEvent } from '../../projections/ocel/ocel-event.ts'
import { ocelJson } from './json.ts'
import { createOcelDatabase } from './sqlite.ts'

/** Facts read at once; memory holds no more of the log than this. */
const PAGE = 2_000

/** OCEL 2.0 out of a log. JSON is written from a database beside it, so that it too may be of any size. */
export const createOcelExport =
  (store: Pick<EventStore, 'readAll'>): OcelExport =>
  async (wanted, file, signal) => {
    const path = wanted.format === 'sqlite' ? file : `${file}.tmp`
    await rm(path, { force: true })
    const database = createOcelDatabase(path)
    const { db } = database
    try {
      for (let from = 0; ;) {
        signal?.throwIfAborted()
        const facts = await store.readAll({ from, limit: PAGE })
        database.put(
          facts.filter((fact) => isWanted(fact, wanted)).flatMap((f) => ocelEvent(f) ?? []),
        )
        if (facts.length < PAGE) break
        from = facts.at(-1)!.position
      }
      const count = (table: string): number =>
        Number(db.prepare(`select count(*) as n from ${table}`).get()!['n'])
      const counts = { events: count('event'), objects: count('object') }
      if (wanted.format === 'json')
        await pipeline(Readable.from(ocelJson(db)), createWriteStream(file))
      return counts
    } finally {
      database.close()
      if (wanted.format === 'json') await rm(path, { force: true })
    }
  }

const isWanted = ({ metadata }: Recorded, { from, to, sites }: OcelWanted): boolean =>
  (from === undefined || metadata.occurredAt >= from) &&
  (to === undefined || metadata.occurredAt < to) &&
  (sites === null || sites.includes(metadata.site))
