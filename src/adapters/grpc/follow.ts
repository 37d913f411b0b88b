import { START } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { Refused } from './errors.ts'
import { matcher } from './filter.ts'
import { TOMBSTONE } from './lifetimes.ts'
import { filterOf, type Reading } from './read.ts'
import { pagesOfStream } from './stream-pages.ts'
import { fromStream } from './wire.ts'

/** Facts fetched at once while a subscription catches up. */
const PAGE = 1_000

/** A subscription to the log: catches up, says so, and follows until the client goes. */
export async function followAll(reading: Reading): Promise<void> {
  const { service, options, signal } = reading
  const { store, d } = service
  const { matches, pushed, checkpointEvery } = matcher(filterOf(options))
  const place = options.getAll()!
  let position = place.hasEnd()
    ? await store.head()
    : Number(place.getPosition()?.getCommitPosition() ?? START)
  let checkpoint = position

  /** Tells how far a filter has looked, so that a client restarts from there. */
  const pass = async (facts: readonly Recorded[], upTo: number) => {
    for (const fact of facts) {
      if (signal.aborted) return
      if (matches(fact)) await reading.sendFact(fact)
    }
    position = upTo
    if (checkpointEvery === null || position < checkpoint + checkpointEvery) return
    checkpoint = position
    const message = new d.streams.ReadResp.Checkpoint()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position))
    await reading.send(new d.streams.ReadResp().setCheckpoint(message))
  }

  for (let caughtUp = false; !caughtUp && !signal.aborted;) {
    const head = await store.head()
    const page = await store.readAll({ from: position, limit: PAGE, ...pushed })
    caughtUp = page.length < PAGE
    const last = page.at(-1)?.position ?? position
    await pass(page, caughtUp ? Math.max(last, head) : last)
  }
  await reading.send(new d.streams.ReadResp().setCaughtUp(new d.streams.ReadResp.CaughtUp()))
  for await (const batch of store.subscribe({ after: position, signal, ...pushed })) {
    await stillWelcome(reading)
    await pass(batch.facts, batch.position)
  }
}

/** A subscription to one stream, which need not exist yet. */
export async function followStream(reading: Reading): Promise<void> {
  const { service, options, signal } = reading
  const { store, d } = service
  const from = options.getStream()!
  const stream = fromStream(from.getStreamIdentifier())
  let after = await store.head()
  let next = from.hasRevision() ? Number(from.getRevision()) + 1 : 0
  if (from.hasEnd()) {
    const [last] = await store.readStream(stream, { direction: 'backward', limit: 1 })
    next = last ? last.revision + 1 : 0
  }
  const range = { stream, from: next, forward: true, limit: Infinity, page: PAGE }
  const pages = pagesOfStream(service, range)
  if ((await pages.open()) === 'present')
    for await (const facts of pages.read())
      for (const fact of facts) {
        if (signal.aborted) return
        await reading.sendFact(fact)
        next = fact.revision + 1
        after = Math.max(after, fact.position)
      }
  await reading.send(new d.streams.ReadResp().setCaughtUp(new d.streams.ReadResp.CaughtUp()))
  for await (const { facts } of store.subscribe({ after, signal, ...categoryOf(stream) })) {
    await stillWelcome(reading)
    for (const fact of facts)
      if (fact.stream === stream && fact.revision >= next && !signal.aborted) {
        if (fact.type === TOMBSTONE) throw new Refused({ kind: 'stream-deleted', stream })
        await reading.sendFact(fact)
        next = fact.revision + 1
      }
  }
}

const categoryOf = (stream: string) => {
  const dash = stream.indexOf('-')
  return dash > 0 ? { categories: [stream.slice(0, dash)] } : {}
}

async function stillWelcome({ caller }: Reading): Promise<void> {
  if (!(await caller.stillValid())) throw new Refused({ kind: 'unauthenticated' })
}
