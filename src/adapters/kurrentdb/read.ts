import type { RecordedEvent, ResolvedEvent } from '@kurrent/kurrentdb-client'
import type { Filter, ReadAll, ReadStream } from '../../commands/event-store.ts'
import { START } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { call, typeOf } from './calls.ts'
import type { Client, Kurrent } from './client.ts'
import { toFact, toPlace } from './codec.ts'

/** Events of one page: a read that is left before its end would stall the client, so each is drained. */
const PAGE = 4_000
/** Everything but what the server writes for itself. */
const NO_SYSTEM_EVENTS = '^[^$]'
const AS_STORED: Catalogue = new Map()

export type Reads = ReturnType<typeof createReads>

/** Reads of streams and of the log, in pages. */
export function createReads(kurrent: Kurrent, client: Client, catalogue: Catalogue) {
  const { FORWARDS, BACKWARDS } = kurrent

  const streamPage = (
    stream: string,
    options: {
      readonly from?: number | undefined
      readonly forward: boolean
      readonly limit: number
    },
  ): Promise<readonly RecordedEvent[]> =>
    call(true, async () => {
      const { from, forward, limit } = options
      try {
        return await drained(
          client.readStream(stream, {
            direction: forward ? FORWARDS : BACKWARDS,
            fromRevision:
              from === undefined ? (forward ? kurrent.START : kurrent.END) : BigInt(from),
            maxCount: limit,
          }),
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

  const allPage = (
    { from, forward, limit }: { readonly from: number; readonly forward: boolean; limit: number },
    filter: Filter,
  ): Promise<readonly RecordedEvent[]> =>
    call(true, () =>
      drained(
        client.readAll({
          direction: forward ? FORWARDS : BACKWARDS,
          fromPosition: fromPosition(kurrent, from, forward),
          maxCount: limit,
          filter: wireFilter(kurrent, filter),
        }),
      ),
    )

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
    async all({ from, to, direction = 'forward', limit, asStored = false, ...filter }: ReadAll) {
      const types = asStored ? AS_STORED : catalogue
      const forward = direction === 'forward'
      const last = forward ? (to ?? Infinity) : Infinity
      const found: Recorded[] = []
      if (filter.types?.length === 0 || filter.categories?.length === 0) return found
      let next = from
      while (found.length < limit) {
        // Forward, the event at the position comes first, and is known already.
        const wanted = Math.min(PAGE, limit - found.length) + (forward && next > START ? 1 : 0)
        const events = await allPage({ from: next, forward, limit: wanted }, filter)
        const page = events.map((event) => toFact(types, event))
        for (const fact of page)
          if (isNew(fact, next, forward) && matches(filter, fact) && found.length < limit)
            if (fact.position <= last) found.push(fact)
        if (page.length < wanted) break
        next = page.at(-1)!.position
        if (forward && next >= last) break
      }
      return found
    },
    async head(): Promise<number> {
      const [last] = await allPage({ from: Infinity, forward: false, limit: 1 }, {})
      return last ? toFact(AS_STORED, last).position : START
    },
  }
}

const isNew = ({ position }: Recorded, from: number, forward: boolean): boolean =>
  !forward || position > from

const fromPosition = ({ START: start, END }: Kurrent, from: number, forward: boolean) => {
  if (from === START && forward) return start
  return Number.isFinite(from) ? toPlace(from) : END
}

async function drained(source: AsyncIterable<ResolvedEvent>): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const { event } of source) if (event) events.push(event)
  return events
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
