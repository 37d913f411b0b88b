import type { Filter, ReadAll, ReadStream } from '../../commands/event-store.ts'
import { START } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { typeOf, type Calls } from './calls.ts'
import type { BridgedEvents, Client, Kurrent, Reader } from './client.ts'
import { decoder, toPlace } from './codec.ts'
import { readingAhead } from './read-ahead.ts'

/** Events of one page: a read that is left before its end would stall the client, so each is drained. */
const PAGE = 4_000
/** Events of the longest read: some seconds of a server, which have to be taken even if nobody wants them. */
const MAX_SPAN = 16_000
/** Everything but what the server writes for itself. */
const NO_SYSTEM_EVENTS = '^[^$]'
const AS_STORED: Catalogue = new Map()
/** Of whichever node is there, and links as links. */
const SIMPLY = { requiresLeader: false, resolvesLink: false }

export type Reads = ReturnType<typeof createReads>

/** Reads of streams and of the log, in pages. */
export function createReads(deps: {
  readonly kurrent: Kurrent
  readonly reader: Reader
  readonly catalogue: Catalogue
  readonly calls: Calls
}) {
  const { kurrent, reader, catalogue, calls } = deps
  const { FORWARDS, BACKWARDS } = kurrent

  const reading = <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    let client = reader.current()
    return calls.call(
      true,
      () => work((client = reader.current())),
      () => reader.renew(client),
    )
  }

  const streamPage = (
    stream: string,
    options: {
      readonly from: number | undefined
      readonly forward: boolean
      readonly limit: number
      readonly types: Catalogue
    },
  ): Promise<readonly Recorded[]> =>
    reading(async ({ rustClient }) => {
      const { from, forward, limit, types } = options
      const start = forward ? kurrent.START : kurrent.END
      try {
        return await drained(
          rustClient.readStream(stream, {
            ...SIMPLY,
            direction: forward ? FORWARDS : BACKWARDS,
            fromRevision: from === undefined ? start : BigInt(from),
            maxCount: BigInt(limit),
          }),
          types,
        )
      } catch (error) {
        if (typeOf(error) === 'stream-not-found') return []
        throw error
      }
    })

  const stream = async (
    name: string,
    { from, direction = 'forward', limit = Infinity, asStored = false }: ReadStream,
  ): Promise<readonly Recorded[]> => {
    const forward = direction === 'forward'
    const types = asStored ? AS_STORED : catalogue
    const found: Recorded[] = []
    let next = from
    while (found.length < limit && (next === undefined || next >= 0)) {
      const wanted = Math.min(PAGE, limit - found.length)
      const page = await streamPage(name, { from: next, forward, limit: wanted, types })
      for (const fact of page) found.push(fact)
      if (page.length < wanted) break
      next = page.at(-1)!.revision + (forward ? 1 : -1)
    }
    return found
  }

  const openAll = (
    { rustClient }: Client,
    page: { readonly from: number; readonly forward: boolean; readonly limit: number },
    filter: Filter,
  ): AsyncIterable<BridgedEvents> =>
    rustClient.readAll({
      ...SIMPLY,
      direction: page.forward ? FORWARDS : BACKWARDS,
      fromPosition: fromPosition(kurrent, page.from, page.forward),
      maxCount: BigInt(page.limit),
      filter: wireFilter(kurrent, filter),
    })

  const allPage = (
    page: Parameters<typeof openAll>[1],
    filter: Filter,
    types: Catalogue,
  ): Promise<readonly Recorded[]> =>
    reading((client) => drained(openAll(client, page, filter), types))

  /** Long reads, each twice as long as the one before it: between two the server waits for us. */
  async function* scan(options: ReadAll, signal: AbortSignal): AsyncGenerator<Recorded[]> {
    const { from, to = Infinity, limit, asStored = false, ...filter } = options
    const decoded = decoder(asStored ? AS_STORED : catalogue)
    let next = from
    for (let span = limit; next < to && !signal.aborted; span = Math.min(2 * span, MAX_SPAN)) {
      const page = { from: next, forward: true, limit: span }
      let left = span
      for await (const events of calls.each(openAll(reader.current(), page, filter))) {
        left -= events.length
        if (signal.aborted) continue
        const facts = events.flatMap(({ event }) => (event ? decoded(event) : []))
        const after = next
        next = facts.at(-1)?.position ?? next
        yield facts.filter(
          (fact) => fact.position > after && fact.position <= to && matches(filter, fact),
        )
      }
      if (left > 0) return
    }
  }

  const all = async (options: ReadAll): Promise<readonly Recorded[]> => {
    const { from, to, direction = 'forward', limit, asStored = false, ...filter } = options
    const forward = direction === 'forward'
    const last = forward ? (to ?? Infinity) : Infinity
    const found: Recorded[] = []
    if (filter.types?.length === 0 || filter.categories?.length === 0) return found
    const types = asStored ? AS_STORED : catalogue
    let next = from
    while (found.length < limit) {
      // Forward, the event at the position comes first, and is known already.
      const wanted = Math.min(PAGE, limit - found.length) + (forward && next > START ? 1 : 0)
      const page = await allPage({ from: next, forward, limit: wanted }, filter, types)
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
    stream,
    /** The last event of a stream, or the one at a revision. */
    async last(name: string, revision?: number): Promise<Recorded | undefined> {
      const [event] = await stream(name, {
        direction: 'backward',
        limit: 1,
        ...(revision === undefined ? {} : { from: revision }),
      })
      return event
    },
    all: readingAhead(all, scan),
    async head(): Promise<number> {
      const end = { from: Infinity, forward: false, limit: 1 }
      const [last] = await allPage(end, {}, AS_STORED)
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

/** To its end, each event made a fact at once: kept whole, a page costs V8 twice. */
async function drained(
  source: AsyncIterable<BridgedEvents>,
  types: Catalogue,
): Promise<readonly Recorded[]> {
  const decoded = decoder(types)
  const found: Recorded[] = []
  for await (const events of source)
    for (const { event } of events) if (event) found.push(decoded(event))
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
