import type { EventStore } from '../src/commands/event-store.ts'
import type { Recorded } from '../src/domain/event.ts'
import { forkOf, forkOnly, forkProjections } from '../src/projections/planning/fork.ts'
import { createHistory } from '../src/projections/planning/history.ts'
import { createReplay, type Only } from '../src/projections/replay.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import { longestStall } from './stall.ts'
import { SITE, withLog } from './support.ts'
import { BLOCK, play } from './traffic.ts'

const EVENTS = 200_000
const PAGE = 2_000
/** Those before the timed ones warm it up, as a process that ran a while is. */
const ROUNDS = 10
const TIMED = 5

/** The history of a scenario through every read model that its result is computed from. */
export const replayBench: Benchmark = {
  name: 'replay',
  about: `${EVENTS} events of all kinds through the read models of a scenario`,
  run: () =>
    withLog(async (log) => {
      await play(log, 0, EVENTS / BLOCK)
      const head = await log.store.head()
      const first = await seconds(() => createHistory(log.store).at(head))
      const history = createHistory(log.store)
      const replay = await history.at(head)
      const again = await seconds(async () => (await history.at(head)).goOn())
      const facts = await wholeLog(log.store)
      const rate = (only: Only): number =>
        median(
          Array.from({ length: ROUNDS }, () => facts.length / folded(facts, only)).slice(-TIMED),
        )
      const folding = await longestStall(() => createHistory(log.store).at(head))
      const at = facts.at(-1)!.recordedAt
      const forking = await longestStall(() =>
        forkOf(log.store, replay, { site: SITE, at, position: head }),
      )
      const rows = forkProjections.reduce((sum, p) => sum + replay.rows(p).length, 0)
      return [
        row(
          `replay through the ${forkProjections.length} read models of a scenario, facts in memory`,
          { value: rate(forkOnly), unit: 'events/s of processor time' },
          null,
          { atLeast: 1_000_000 },
        ),
        row(
          'the same with every column of them, asked for or not',
          { value: rate(new Map()), unit: 'events/s of processor time' },
          null,
        ),
        row(
          'history of a scenario, read from the log, decoded and replayed',
          { value: head / first, unit: 'events/s' },
          null,
        ),
        row(
          'longest stall of the thread while a history is read and folded',
          { value: folding, unit: 'ms' },
          null,
        ),
        row('longest stall while a problem is made of it', { value: forking, unit: 'ms' }, null),
        row(
          `another scenario that begins with the same history (${rows} rows)`,
          { value: again * 1_000, unit: 'ms' },
          null,
        ),
      ]
    }),
}

/** Seconds of processor time. */
function folded(facts: readonly Recorded[], only: Only): number {
  const replay = createReplay(forkProjections, only)
  const began = process.cpuUsage()
  for (const fact of facts) replay.apply(fact)
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

async function wholeLog(store: Pick<EventStore, 'readAll'>): Promise<readonly Recorded[]> {
  const all: Recorded[] = []
  for (let from = 0; ; from = all.at(-1)!.position) {
    const facts = await store.readAll({ from, limit: PAGE })
    all.push(...facts)
    if (facts.length < PAGE) return all
  }
}
