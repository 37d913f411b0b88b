import type { Recorded } from '../domain/event.ts'
import { START, type Append, type EventStore } from './event-store.ts'
import { entryOf } from './tlog/entry.ts'
import { createTree } from './tlog/growing-tree.ts'
import { leafHash } from './tlog/hash.ts'

/** Facts read at once. */
const PAGE = 1_000
/** Payload of one call, half of what a log takes as one group: so the calls stay in order. */
const MAX_BYTES = 1_000_000

/** How far a copy has come; places are those of the log it is copied from. */
export interface CopyProgress {
  readonly position: number
  readonly head: number
}

export interface Copied {
  /** Facts that both logs have now. */
  readonly facts: number
  /** Of those, written by this run. */
  readonly written: number
  /** Merkle root (RFC 6962) over all of them in order, in base64. The same for both logs. */
  readonly root: string
}

/**
 * Copies a log in its order: ids, revisions, payloads as they were recorded, and when they were
 * recorded. What the target has already must be the beginning of the source, fact by fact; so a copy
 * that was stopped goes on where it stood. Each fact is read back before the next page is copied.
 * Facts of the EventStoreDB protocol itself (types that begin with $) are left out.
 * @param together appends that may travel at once; 1 where a store does not keep their order
 * @throws Error where the target differs from the source
 */
export async function copyLog(
  source: EventStore,
  target: EventStore,
  options: {
    readonly together: number
    readonly signal: AbortSignal
    readonly onProgress?: (progress: CopyProgress) => void
  },
): Promise<Copied> {
  const tree = createTree()
  let leaves: Buffer[] = []
  const there = reader(target)
  const head = await source.head()
  let [facts, written] = [0, 0]
  const compare = (fact: Recorded, copy: Recorded): void => {
    const entry = entryOf(fact, facts + 1)
    if (entry !== entryOf(copy, facts + 1))
      throw new Error(
        `the logs differ at ${fact.stream} ${fact.revision} (${fact.id}): the target has ` +
          `${copy.stream} ${copy.revision} (${copy.id})`,
      )
    leaves.push(leafHash(entry))
    facts++
  }
  for (let from = START; !options.signal.aborted;) {
    const page = await source.readAll({ from, limit: PAGE, asStored: true })
    const wanted = page.filter(isFact)
    let known = 0
    for (const fact of wanted) {
      const copy = await there()
      if (!copy) break
      compare(fact, copy)
      known++
    }
    const missing = wanted.slice(known)
    for (const appends of calls(missing, options.together)) await write(target, appends)
    for (const fact of missing) compare(fact, (await there())!)
    written += missing.length
    tree.add(Buffer.concat(leaves))
    leaves = []
    from = page.at(-1)?.position ?? from
    options.onProgress?.({ position: from, head: Math.max(head, from) })
    if (page.length < PAGE) break
  }
  return { facts, written, root: (await tree.root()).toString('base64') }
}

const isFact = ({ type }: Recorded): boolean => !type.startsWith('$')

/** The facts of a log one by one; undefined at its end, which may have grown when asked again. */
function reader(store: EventStore): () => Promise<Recorded | undefined> {
  let from = START
  let page: readonly Recorded[] = []
  let next = 0
  return async () => {
    for (;;) {
      for (; next < page.length; next++) if (isFact(page[next]!)) return page[next++]
      page = await store.readAll({ from, limit: PAGE, asStored: true })
      next = 0
      if (page.length === 0) return undefined
      from = page.at(-1)!.position
    }
  }
}

/** Appends in the order of the log: neighbours of one stream in one, so many and so much at once. */
function* calls(facts: readonly Recorded[], together: number): Generator<readonly Append[]> {
  let appends: (Append & { readonly events: Recorded[] })[] = []
  let bytes = 0
  for (const fact of facts) {
    const size = JSON.stringify(fact).length
    const last = appends.at(-1)
    const joins = last?.stream === fact.stream && bytes + size <= MAX_BYTES
    if (!joins && (appends.length >= together || bytes + size > MAX_BYTES) && last) {
      yield appends
      appends = []
      bytes = 0
    }
    const metadata = { ...fact.metadata, recordedAt: fact.recordedAt }
    const event = { ...fact, metadata }
    if (joins) last.events.push(event)
    else appends.push({ stream: fact.stream, expected: fact.revision - 1, events: [event] })
    bytes += size
  }
  if (appends.length > 0) yield appends
}

async function write(target: EventStore, appends: readonly Append[]): Promise<void> {
  const results = await target.append(appends)
  for (const [i, result] of results.entries())
    if (!result.ok)
      throw new Error(
        `${appends[i]!.stream} is at revision ${result.actual} in the target, not at ` +
          `${appends[i]!.expected}: something else writes to it`,
      )
}
