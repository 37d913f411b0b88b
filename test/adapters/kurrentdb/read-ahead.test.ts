import { expect, test } from 'vitest'
import { readingAhead } from '../../../src/adapters/kurrentdb/read-ahead.ts'
import { createMemoryEventStore } from '../../../src/adapters/memory/event-store.ts'
import { NO_STREAM, StoreUnavailable, type ReadAll } from '../../../src/commands/event-store.ts'
import { systemClock } from '../../../src/commands/ports.ts'
import { facts, fresh, idsOf, one } from '../../contract/event-store-kit.ts'

const PAGE = 1_000

/** A log of so many facts, what was asked of it, and a reader that reads ahead. */
async function logOf(count: number) {
  const store = createMemoryEventStore(systemClock, new Map())
  const written = facts(count)
  const append = (events = facts(1)) =>
    one(store, { stream: fresh(), expected: NO_STREAM, events }).then(() => events)
  await append(written)
  const asked: ReadAll[] = []
  const broken = new Set<number>()
  const read = readingAhead(async (options) => {
    asked.push(options)
    if (broken.delete(options.from)) throw new StoreUnavailable(new Error('out of reach'))
    return store.readAll(options)
  })
  return { read, asked, written, append, broken }
}

test('the page after a full one is under way before anybody asks', async () => {
  const { read, asked, written } = await logOf(3 * PAGE)
  const first = await read({ from: 0, limit: PAGE })
  expect(asked.map(({ from }) => from)).toEqual([0, PAGE])
  const second = await read({ from: PAGE, limit: PAGE })
  expect(asked.map(({ from }) => from)).toEqual([0, PAGE, 2 * PAGE])
  expect(idsOf([...first, ...second])).toEqual(idsOf(written.slice(0, 2 * PAGE)))
})

test('a page that was short when it was read ahead is completed when it is asked for', async () => {
  const { read, append, written } = await logOf(PAGE + 10)
  await read({ from: 0, limit: PAGE })
  const later = await append(facts(5))
  const rest = await read({ from: PAGE, limit: PAGE })
  expect(idsOf(rest)).toEqual(idsOf([...written.slice(PAGE), ...later]))
})

test('what could not be read ahead is read when it is asked for', async () => {
  const { read, broken, written } = await logOf(2 * PAGE)
  broken.add(PAGE)
  await read({ from: 0, limit: PAGE })
  expect(idsOf(await read({ from: PAGE, limit: PAGE }))).toEqual(idsOf(written.slice(PAGE)))
})

test('small pages, short ones and those against the log are not read ahead of', async () => {
  const { read, asked } = await logOf(2 * PAGE)
  await read({ from: 0, limit: PAGE - 1 })
  await read({ from: 0, limit: 3 * PAGE })
  await read({ from: Infinity, limit: PAGE, direction: 'backward' })
  expect(asked).toHaveLength(3)
})

test('another filter at the same place is another scan', async () => {
  const { read, asked } = await logOf(2 * PAGE)
  await read({ from: 0, limit: PAGE })
  expect(await read({ from: PAGE, limit: PAGE, types: ['Counted'] })).toEqual([])
  expect(asked.at(-1)).toMatchObject({ from: PAGE, types: ['Counted'] })
})
