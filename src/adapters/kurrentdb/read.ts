import type { RecordedEvent, ResolvedEvent } from '@kurrent/kurrentdb-client'
import type { Filter, ReadAll, ReadStream } from '../../commands/event-store.ts'
import { START } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { call, typeOf } from './calls.ts'
import type { Client, Kurrent, Reader } from './client.ts'
import { toFact, toPlace } from './codec.ts'
import { readingAhead } from './read-ahead.ts'

/** Events of one page: a read that is left before its end would stall the client, so each is drained. */
const PAGE = 4_000
/** Everything but what the server writes for itself. */
const NO_SYSTEM_EVENTS = '^[^$]'
const AS_STORED: Catalogue = new Map()

export type Reads = ReturnType<typeof createReads>

/** Reads of streams and of the log, in pages. */
export function createReads(kurrent: Kurrent, reader: Reader, catalogue: Catalogue) {
  const { FORWARDS, BACKWARDS } = kurrent

  const reading = <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    let client = reader.current()
    return call(
      true,
      () => work((client = reader.current())),
      () => reader.renew(client),
    )
  }

  const streamPage = (
    stream: string,
    options: {
      readonly from?: number | undefined
      readonly forward: boolean
      readonly limit: number
    },
  ): Promise<readonly RecordedEvent[]> =>
    reading(async (client) => {
      const { from, forward, limit } = options
      try {
        return await drained(
          client.readStream(stream, {
            direction: forward ? FORWARDS : BACKWARDS,
            fromRevision:
              from === undefined ? (forward ? kurrent.START : kurrent.END) : BigInt(from),
            maxCount: limit,
          }),
          (event) => event,
        )
      } catch (error) {
        if (typeOf(error) === 'stream-not-found') return []
        throw error
      }
    })

  const stream = async (
    name: string,
    { from, direction = 'forward', limit = Infinity }: ReadStream,
  ): Promise<readonly RecordedEvent[]> => {
    const forward = direction === 'forward'
    const found: RecordedEvent[] = []
    let next = from
    while (found.length < limit && (next === undefined || next >= 0)) {
      const wanted = Math.min(PAGE, limit - found.length)
      const page = await streamPage(name, { from: next, forward, limit: wanted })
      for (const event of page) found.push(event)
      if (page.length < wanted) break
      next = Number(page.at(-1)!.revision) + (forward ? 1 : -1)
    }
    return found
  }

  const allPage = <T>(
    page: { readonly from: number; readonly forward: boolean; readonly limit: number },
    filter: Filter,
    made: (event: RecordedEvent) => T,
  ): Promise<readonly T[]> =>
    reading((client) =>
      drained(
        client.readAll({
          direction: page.forward ? FORWARDS : BACKWARDS,
          fromPosition: fromPosition(kurrent, page.from, page.forward),
          maxCount: page.limit,
          filter: wireFilter(kurrent, filter),
        }),
        made,
      ),
    )

  const all = async (options: ReadAll): Promise<readonly Recorded[]> => {
    const { from, to, direction = 'forward', limit, asStored = false, ...filter } = options
    const forward = direction === 'forward'
    const last = forward ? (to ?? Infinity) : Infinity
    const found: Recorded[] = []
    if (filter.types?.length === 0 || filter.categories?.length === 0) return found
    const types = asStored ? AS_STORED : catalogue
    const made = (event: RecordedEvent) => toFact(types, event)
    let next = from
    while (found.length < limit) {
      // Forward, the event at the position comes first, and is known already.
      const wanted = Math.min(PAGE, limit - found.length) + (forward && next > START ? 1 : 0)
      const page = await allPage({ from: next, forward, limit: wanted }, filter, made)
      for (const fact of page)
        if (isNew(fact, next, forward) && matches(filter, fact) && found.length < limit)
          if (fact.position <= last) found.push(fact)
      if (page.length < wanted) break
      next = page.at(-1)!.position
      if (forward && next >= last) break
    }
    return found
  }

  return {
    events: (name: string, from: number, limit: number) => stream(name, { from, limit }),
    async stream(name: string, options: ReadStream): Promise<readonly Recorded[]> {
      const types = options.asStored ? AS_STORED : catalogue
      return (await stream(name, options)).map((event) => toFact(types, event))
    },
    /** The last event of a stream, or the one at a revision. */
    async last(name: string, revision?: number): Promise<Recorded | undefined> {
      const [event] = await stream(name, {
        direction: 'backward',
        limit: 1,
        ...(revision === undefined ? {} : { from: revision }),
      })
      return event && toFact(catalogue, event)
    },
    all: readingAhead(all),
    async head(): Promise<number> {
      const end = { from: Infinity, forward: false, limit: 1 }
      const [last] = await allPage(end, {}, (event) => toFact(AS_STORED, event))
      return last?.position ?? START
    },
  }
}

const isNew = ({ position }: Recorded, from: number, forward: boolean): boolean =>
  !forward || position > from

const fromPosition = ({ START: start, END }: Kurrent, from: number, forward: boolean) => {
  if (from === START && forward) return start
  return Number.isFinite(from) ? toPlace(from) : END
}

/** To its end, each event made into what is wanted of it at once: kept whole, a page costs V8 twice. */
async function drained<T>(
  source: AsyncIterable<ResolvedEvent>,
  made: (event: RecordedEvent) => T,
): Promise<T[]> {
  const found: T[] = []
  for await (const { event } of source) if (event) found.push(made(event))
  return found
}

export const matches = ({ categories, types }: Filter, { stream, type }: Recorded): boolean =>
  (!types || types.includes(type)) && (!categories || categories.includes(stream.split('-', 1)[0]!))

/** The server filters by one thing at a time; `matches` does the rest. */
export function wireFilter({ eventTypeFilter, streamNameFilter }: Kurrent, filter: Filter) {
  const { types, categories } = filter
  if (types) return eventTypeFilter({ regex: `^(${types.map(escape).join('|')})$` })
  if (categories) return streamNameFilter({ prefixes: categories.map((name) => `${name}-`) })
  return eventTypeFilter({ regex: NO_SYSTEM_EVENTS })
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
