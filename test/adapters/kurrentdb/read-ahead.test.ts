import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readingAhead, type Scan } from '../../../src/adapters/kurrentdb/read-ahead.ts'
import { createMemoryEventStore } from '../../../src/adapters/memory/event-store.ts'
import { NO_STREAM, StoreUnavailable, type ReadAll } from '../../../src/commands/event-store.ts'
import { systemClock } from '../../../src/commands/ports.ts'
import { facts, fresh, idsOf, one } from '../../contract/event-store-kit.ts'

const PAGE = 1_000
/** Facts that a scan yields at a time. */
const SOME = 300

/** A log of so many facts, what was read of it page by page and by scans, and a reader that reads ahead. */
async function logOf(count: number) {
  const store = createMemoryEventStore(systemClock, new Map())
  const written = facts(count)
  const append = (events = facts(1)) =>
    one(store, { stream: fresh(), expected: NO_STREAM, events }).then(() => events)
  await append(written)
  const asked: number[] = []
  const scans: { readonly from: number; facts: number; stopped: boolean }[] = []
  const outage = { at: Infinity }
  const scan: Scan = async function* (options: ReadAll, signal) {
    const told = { from: options.from, facts: 0, stopped: false }
    scans.push(told)
    for (let from = options.from; ;) {
      if (from >= outage.at) throw new StoreUnavailable(new Error('out of reach'))
      const some = await store.readAll({ ...options, from, limit: SOME })
      told.stopped = signal.aborted
      if (signal.aborted || some.length === 0) return
      told.facts += some.length
      from = some.at(-1)!.position
      yield some
    }
  }
  const read = readingAhead(async (options) => {
    asked.push(options.from)
    return store.readAll(options)
  }, scan)
  return { read, asked, scans, written, append, outage }
}

test('what follows a full page is under way before anybody asks, in one scan', async () => {
  const { read, asked, scans, written } = await logOf(6 * PAGE + 10)
  const ids: string[] = []
  for (let from = 0; from % PAGE === 0;) {
    const page = await read({ from, limit: PAGE })
    ids.push(...idsOf(page))
    from += page.length
    if (from === PAGE) await expect.poll(() => scans[0]?.facts).toBeGreaterThanOrEqual(PAGE)
  }
  expect(ids).toEqual(idsOf(written))
  expect(scans.map(({ from }) => from)).toEqual([PAGE])
  // The last page was short: the log has the last word.
  expect(asked).toEqual([0, 6 * PAGE + 10])
})

test('no more is kept than two pages, however long nobody comes', async () => {
  const { read, scans } = await logOf(10 * PAGE)
  await read({ from: 0, limit: PAGE })
  await expect.poll(() => scans[0]?.facts).toBeGreaterThanOrEqual(2 * PAGE)
  await delay(50)
  expect(scans[0]!.facts).toBeLessThan(2 * PAGE + SOME)
})

test('a page that was short when it was read ahead is completed when it is asked for', async () => {
  const { read, scans, append, written } = await logOf(PAGE + 10)
  await read({ from: 0, limit: PAGE })
  await expect.poll(() => scans[0]?.facts).toBe(10)
  const later = await append(facts(5))
  const rest = await read({ from: PAGE, limit: PAGE })
  expect(idsOf(rest)).toEqual(idsOf([...written.slice(PAGE), ...later]))
})

test('what could not be read ahead is read when it is asked for', async () => {
  const { read, outage, written } = await logOf(3 * PAGE)
  outage.at = PAGE + SOME
  await read({ from: 0, limit: PAGE })
  expect(idsOf(await read({ from: PAGE, limit: PAGE }))).toEqual(
    idsOf(written.slice(PAGE, 2 * PAGE)),
  )
})

test('small pages, short ones and those against the log are not read ahead of', async () => {
  const { read, asked, scans } = await logOf(2 * PAGE)
  await read({ from: 0, limit: PAGE - 1 })
  await read({ from: 0, limit: 3 * PAGE })
  await read({ from: Infinity, limit: PAGE, direction: 'backward' })
  expect(asked).toHaveLength(3)
  expect(scans).toEqual([])
})

test('another filter at the same place is another scan', async () => {
  const { read, asked } = await logOf(2 * PAGE)
  await read({ from: 0, limit: PAGE })
  expect(await read({ from: PAGE, limit: PAGE, types: ['Counted'] })).toEqual([])
  expect(asked).toEqual([0, PAGE])
})

test('of more scans than are kept the oldest is stopped, and goes on as a new one', async () => {
  const { read, scans, written } = await logOf(8 * PAGE)
  for (const place of [0, 1, 2, 3, 4]) await read({ from: place * SOME, limit: PAGE })
  await expect.poll(() => scans[0]!.stopped).toBe(true)
  expect(scans.slice(1).some(({ stopped }) => stopped)).toBe(false)
  const page = await read({ from: PAGE, limit: PAGE })
  expect(idsOf(page)).toEqual(idsOf(written.slice(PAGE, 2 * PAGE)))
})
