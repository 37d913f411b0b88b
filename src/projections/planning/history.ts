import type { EventStore } from '../../commands/event-store.ts'
import { createReplay, type Replay } from '../replay.ts'
import { forkOnly, forkProjections } from './fork.ts'

/** Facts read at once. */
const PAGE = 2_000
/** More facts of planning than this are not folded for one question. */
const MAX_FOLDED = 2_000_000
/** A question needs two, today and a week ago; another may be asked meanwhile. */
const MAX_KEPT = 4

/** A site of so many facts of planning is not folded for one question. */
export class TooManyFacts extends Error {
  constructor(position: number, most: number) {
    super(
      `position ${position}: more than ${most} facts of planning lie before it, the most that are folded for one question.`,
    )
    this.name = 'TooManyFacts'
  }
}

/** History of a plant as scenarios begin with it, folded once for all that fork at a position. */
export interface History {
  /** Must not be applied to: go on from it. @throws TooManyFacts */
  at(position: number): Promise<Replay>
}

/** Scenarios of one position share its rows, and a later position goes on from an earlier one. */
export function createHistory(
  log: Pick<EventStore, 'readAll'>,
  maxFolded: number = MAX_FOLDED,
): History {
  const kept = new Map<number, Promise<Replay>>()
  return {
    at(position) {
      const known = kept.get(position)
      kept.delete(position)
      const replay = known ?? replayed(log, nearest(kept, position), { position, maxFolded })
      kept.set(position, replay)
      if (!known) replay.catch(() => kept.delete(position))
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!)
      return replay
    },
  }
}

interface Start {
  readonly position: number
  readonly replay: Promise<Replay> | null
}

function nearest(kept: ReadonlyMap<number, Promise<Replay>>, position: number): Start {
  const before = [...kept.keys()].filter((at) => at < position)
  const from = Math.max(0, ...before)
  return { position: from, replay: kept.get(from) ?? null }
}

async function replayed(
  log: Pick<EventStore, 'readAll'>,
  start: Start,
  { position, maxFolded }: { readonly position: number; readonly maxFolded: number },
): Promise<Replay> {
  const before = await start.replay
  const replay = before ? before.goOn() : createReplay(forkProjections, forkOnly)
  const { types } = replay
  let folded = 0
  for (let from = start.position; from < position;) {
    const facts = await log.readAll({ from, to: position, limit: PAGE, types })
    for (const fact of facts) replay.apply(fact)
    folded += facts.length
    if (folded > maxFolded) throw new TooManyFacts(position, maxFolded)
    if (facts.length < PAGE) break
    from = facts.at(-1)!.position
  }
  return replay
}
