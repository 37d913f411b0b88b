import { afterEach, expect, test } from 'vitest'
import { createChangeFeed } from '../../src/projections/change-feed.ts'
import type { Change } from '../../src/projections/read-models.ts'
import { createLog } from './log.ts'
import { changed, journal, things } from './plant.ts'

let stop = new AbortController()
afterEach(() => {
  stop.abort()
  stop = new AbortController()
})

/** A feed over a log in memory whose read models move when told to. */
function plant() {
  const log = createLog()
  const at = new Map<string, number>()
  const listeners = new Set<() => void>()
  const read = { pages: 0, fails: false }
  const onChange = createChangeFeed({
    projections: [things, journal],
    store: {
      readAll: async (options) => {
        if (read.fails) throw new Error('away')
        read.pages++
        return log.readAll(options)
      },
    },
    moves: {
      look: async () => {},
      reached: (name) => at.get(name) ?? 0,
      onMove: (listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    signal: stop.signal,
  })
  return {
    ...{ log, onChange, read },
    move(position: number, ...names: readonly string[]): void {
      for (const name of names) at.set(name, position)
      for (const listener of listeners) listener()
    },
  }
}

function hearing({ onChange }: ReturnType<typeof plant>, ...of: readonly string[]) {
  const heard: Change[] = []
  return { heard, off: onChange(of, (changes) => void heard.push(...changes)) }
}

test('a change is told once its read model has it, to those who asked for it', async () => {
  const p = plant()
  await p.log.add(changed('before'))
  p.move(1, 'things', 'journal')
  const { heard, off } = hearing(p, 'things')
  const other = hearing(p, 'journal')
  await p.log.add(changed('a'), changed('b'))
  p.move(2, 'things')
  await expect.poll(() => heard).toEqual([{ projection: 'things', keys: ['a'], position: 2 }])
  expect(other.heard).toEqual([])
  p.move(3, 'things', 'journal')
  await expect.poll(() => heard.flatMap(({ keys }) => keys)).toEqual(['a', 'b'])
  await expect.poll(() => other.heard.map(({ position }) => position)).toEqual([3])
  off()
  await p.log.add(changed('c'))
  p.move(4, 'things', 'journal')
  await expect.poll(() => other.heard.map(({ position }) => position)).toEqual([3, 4])
  expect(heard).toHaveLength(2)
})

test('what moved while the log could not be read is told afterwards, page by page', async () => {
  const p = plant()
  const { heard } = hearing(p, 'things')
  p.read.fails = true
  const position = await p.log.add(...Array.from({ length: 1_200 }, (_, i) => changed(`t${i}`)))
  p.move(position, 'things')
  p.read.fails = false
  await expect.poll(() => heard.at(-1)?.position).toBe(position)
  expect(new Set(heard.flatMap(({ keys }) => keys)).size).toBe(1_200)
})

test('many who listen cost one read of the log', async () => {
  const p = plant()
  const all = Array.from({ length: 50 }, () => hearing(p, 'things', 'journal'))
  await p.log.add(changed('a'))
  p.move(1, 'things', 'journal')
  await expect.poll(() => all.every(({ heard }) => heard.length === 2)).toBe(true)
  expect(p.read.pages).toBe(1)
})
