import type pg from 'pg'
import { parseCheckpoint } from '../../../commands/tlog/checkpoint.ts'
import { createTree } from '../../../commands/tlog/growing-tree.ts'
import { HASH_BYTES } from '../../../commands/tlog/hash.ts'
import { openNote, type Verifier } from '../../../commands/tlog/note.ts'
import type { ReadTiles } from '../../../commands/tlog/proofs.ts'
import { TILE_WIDTH } from '../../../commands/tlog/tiles.ts'
import { explain, type Finding } from './explain.ts'
import { logHere, type LeafLog, type LeafPage } from './log-here.ts'
import { allCheckpoints, readTiles, treeSize } from './tree.ts'

/** Events read at once; a whole number of tiles, so that a page begins where a tile does. */
const PAGE = 16 * TILE_WIDTH
/** Pages asked for ahead: the database hashes one while another is compared, each on a core of its own. */
const AHEAD = 6

export interface VerifyOptions {
  /** The database of the tree. */
  readonly pool: pg.Pool
  /** The log; that in this database by default. */
  readonly log?: LeafLog
  /** Keys whose signatures count. */
  readonly trusted: readonly Verifier[]
  /** Checkpoints kept outside the database, as signed notes. */
  readonly outside: readonly string[]
  /** Tiles kept outside; those of the database by default. */
  readonly tiles?: ReadTiles
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

export interface Verified {
  /** Events whose hashes were compared. */
  readonly events: number
  /** Checkpoints that the log agrees with. */
  readonly checkpoints: number
  /** The largest checkpoint size: later events are in no checkpoint yet. */
  readonly covered: number
  /** The first thing wrong; null when all is as it was. */
  readonly finding: Finding | null
}

interface Claim {
  readonly size: number
  readonly root: Buffer
  readonly where: string
}

/**
 * Builds the tree anew from the log and compares it with the stored leaves and with every checkpoint.
 * Leaves tell where something was changed; checkpoints tell that it was, even when the leaves were
 * changed with it.
 * @throws Error for a checkpoint from outside that no trusted key signed
 */
export async function verifyLog(options: VerifyOptions): Promise<Verified> {
  const { pool, trusted, outside, onProgress, signal } = options
  const given = outside.map((note) => ({ ...open(note, trusted), where: 'given from outside' }))
  const { claims, forged } = await storedClaims(pool, trusted)
  const all = [...claims, ...given].sort((a, b) => a.size - b.size)
  const treeEnd = await treeSize(pool)
  const covered = all.at(-1)?.size ?? 0
  const total = Math.max(treeEnd, covered)
  const tiles = options.tiles ?? readTiles(pool)
  const log = options.log ?? logHere(pool)
  const tree = createTree()
  let agreed = 0
  const done = (finding: Finding | null): Verified => ({
    ...{ events: tree.size(), checkpoints: agreed, covered },
    finding: finding ?? forged,
  })

  for await (const page of pages(log, { total, treeEnd, tiles })) {
    const { leaves, stored } = page
    const wrong = isAsStored(page) ? null : await firstDifference(log, page)
    const until = wrong ?? page.from + page.events
    for (let at = page.from; at < until;) {
      const claim = all[agreed]
      const next = Math.min(until, claim && claim.size > at ? claim.size : until)
      tree.add(leaves.subarray((at - page.from) * HASH_BYTES, (next - page.from) * HASH_BYTES))
      at = next
      for (; all[agreed]?.size === at; agreed++)
        if (!all[agreed]!.root.equals(await tree.root()))
          return done(disagreement(all[agreed]!, all[agreed - 1]?.size ?? 0))
    }
    if (wrong !== null)
      return done(
        await explain(log, {
          leaf: wrong,
          total,
          stored: stored.subarray((wrong - page.from) * HASH_BYTES),
        }),
      )
    if (stored.length < Math.min(PAGE, treeEnd - page.from) * HASH_BYTES && !options.tiles)
      return done(missingTiles(page.from + stored.length / HASH_BYTES))
    onProgress?.(tree.size(), total)
    if (signal?.aborted) break
  }
  return done(signal?.aborted ? null : await log.beyondEnd())
}

const disagreement = ({ size, where }: Claim, before: number): Finding => ({
  kind: 'CHANGED',
  position: before + 1,
  until: size,
  stream: null,
  revision: null,
  detail:
    `an event at one of the positions ${before + 1} to ${size} was changed, removed or inserted: the ` +
    `root of the log is not that of the checkpoint of size ${size} ${where}, although the stored ` +
    'tiles agree with the log, so they were rewritten',
})

const missingTiles = (leaf: number): Finding => ({
  kind: 'FORGED',
  ...{ position: leaf + 1, stream: null, revision: null },
  detail: `the stored tiles from position ${leaf + 1} on were removed`,
})

function open(note: string, trusted: readonly Verifier[]): Omit<Claim, 'where'> {
  const { origin, size, root } = parseCheckpoint(openNote(note, trusted))
  if (!trusted.some(({ name }) => name === origin))
    throw new Error(`the checkpoint is of the log ${origin}`)
  return { size, root }
}

/** A stored checkpoint that no trusted key signed is a finding too: somebody may have put it there. */
async function storedClaims(pool: pg.Pool, trusted: readonly Verifier[]) {
  const claims: Claim[] = []
  let forged: Finding | null = null
  for (const { note, size } of await allCheckpoints(pool))
    try {
      claims.push({ ...open(note, trusted), where: 'in the database' })
    } catch (error) {
      const detail = `the stored checkpoint of size ${size}: ${(error as Error).message}`
      forged ??= { kind: 'FORGED', position: null, stream: null, revision: null, detail }
    }
  return { claims, forged }
}

interface LogPage extends LeafPage {
  /** Leaf of the first event. */
  readonly from: number
  /** Events there should be. */
  readonly expected: number
  /** Hashes that the tree holds; fewer where it ends. */
  readonly stored: Buffer
}

/** The log up to this position, at least one page; the next ones are on their way while one is compared. */
async function* pages(
  log: LeafLog,
  of: { readonly total: number; readonly treeEnd: number; readonly tiles: ReadTiles },
): AsyncGenerator<LogPage> {
  const { total, treeEnd, tiles } = of
  const ask = async (from: number): Promise<LogPage> => {
    const to = Math.min(from + PAGE, total)
    const [page, stored] = await Promise.all([
      log.leaves(from, to),
      leavesOf(tiles, from, Math.min(to, treeEnd)),
    ])
    return { ...page, from, expected: to - from, stored }
  }
  const asked: Promise<LogPage>[] = []
  for (let from = 0, end = 0; from < total; from += PAGE) {
    for (; end < total && asked.length < AHEAD; end += PAGE) {
      const page = ask(end)
      page.catch(() => {})
      asked.push(page)
    }
    yield await asked.shift()!
  }
}

/** Stored leaves from (inclusive) to (exclusive), as far as there are any. @param from of a tile */
async function leavesOf(tiles: ReadTiles, from: number, to: number): Promise<Buffer> {
  const places = Array.from(
    { length: Math.max(0, Math.ceil((to - from) / TILE_WIDTH)) },
    (_, i) => ({
      level: 0,
      index: from / TILE_WIDTH + i,
    }),
  )
  const found = new Map((await tiles(places)).map((tile) => [tile.index, tile.hashes]))
  const parts: Buffer[] = []
  for (const { index } of places) {
    const part = found.get(index)
    if (!part) break
    parts.push(part)
    if (part.length < TILE_WIDTH * HASH_BYTES) break
  }
  return Buffer.concat(parts).subarray(0, Math.max(0, to - from) * HASH_BYTES)
}

const isAsStored = ({ whole, leaves, stored }: LogPage): boolean =>
  whole && leaves.subarray(0, stored.length).equals(stored)

/** The first leaf of the page that is missing or not the stored one; null when all agree. */
async function firstDifference(log: LeafLog, page: LogPage): Promise<number | null> {
  const { from, expected, leaves, stored } = page
  const numbers = await log.numbers(from, from + expected)
  for (let i = 0; i < expected; i++) {
    const [at, end] = [i * HASH_BYTES, (i + 1) * HASH_BYTES]
    const there = numbers[i] === from + i + 1
    if (
      !there ||
      (at < stored.length && !leaves.subarray(at, end).equals(stored.subarray(at, end)))
    )
      return from + i
  }
  return null
}
