import { setTimeout as sleep } from 'node:timers/promises'
import { practiseRecall } from './drill.ts'
import { createGraphqlClient } from './graphql-client.ts'
import { NAMES } from './people.ts'
import { planAhead } from './planning.ts'
import { createPlayer, type Counts, type Failure, type Player } from './player.ts'
import { enrolSigners, signOff } from './signing.ts'
import { createSimulation } from './simulation.ts'
import type { Timeline } from './clock.ts'

export interface PlantProgress extends Counts {
  /** Share of the history that was played, 0 to 1; 1 means it is all acknowledged. */
  readonly history: number
}

export interface PlantOptions {
  /** GraphQL endpoint, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string
  /** Stops the plant; what is under way is given up. */
  readonly signal: AbortSignal
  /** Same seed, same `from`: same actions. */
  readonly seed?: number
  /** Where the history begins, epoch milliseconds; eight hours before `now()` by default. */
  readonly from?: number
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** Called while the history is played, and with `history: 1` once it is acknowledged. */
  readonly onProgress?: (progress: PlantProgress) => void
  /** Told once of each kind of failure, and of each loss of the connection. */
  readonly log?: (line: string) => void
}

/** One shift: enough for a trend, quick to play. */
const HISTORY_MS = 8 * 3_600_000
const DEFAULT_SEED = 18
const PROGRESS_EVERY = 50

/**
 * Drives Taktlog with a simulated plant: plays its history as fast as it is taken, then goes on live.
 * Resolves with what was sent when the signal aborts; never rejects for what Taktlog answers.
 */
export async function runPlant(options: PlantOptions): Promise<Counts> {
  const { url, signal, seed = DEFAULT_SEED, now = Date.now, log = () => {} } = options
  const from = options.from ?? now() - HISTORY_MS
  const told = new Set<string>()
  const report = (about: string, { code, message }: Failure): void => {
    if (signal.aborted || told.has(`${about} ${code}`)) return
    told.add(`${about} ${code}`)
    log(`${about}: ${code}. ${message}`)
  }
  const client = createGraphqlClient(url, signal, (why) =>
    log(`connection lost (${why}), retrying`),
  )
  const player = createPlayer(client, report)
  const timeline = createSimulation(seed, from, player.take)
  // Hierarchy, meters and plans are what everything else refers to.
  await untilAborted(player.drained(), signal)
  await untilAborted(Promise.all(NAMES.map((name) => client.introduce(name))), signal)
  const enrolled = enrolSigners(client)
  const signed = async (): Promise<void> => {
    await enrolled
    await Promise.all([signOff(client), practiseRecall(client), planAhead(client)])
  }
  // Secrets are hashed at leisure meanwhile; a failure is told when it is waited for.
  enrolled.catch(() => {})
  const history = { timeline, player, signal, now }
  await playHistory(history, from, options.onProgress, () =>
    signed().catch((error: Error) => {
      if (!signal.aborted) log(`signatures: ${error.message}`)
    }),
  )
  await live({ timeline, player, signal, now })
  return player.counts()
}

interface Run {
  readonly timeline: Timeline
  readonly player: Player
  readonly signal: AbortSignal
  readonly now: () => number
}

async function playHistory(
  { timeline, player, signal, now }: Run,
  from: number,
  onProgress: PlantOptions['onProgress'],
  atItsEnd: () => Promise<void>,
): Promise<void> {
  const tell = (history: number): void => onProgress?.({ ...player.counts(), history })
  for (let steps = 0; timeline.nextAt() <= now() && !signal.aborted; steps++) {
    timeline.step()
    await player.room()
    const share = (timeline.now() - from) / Math.max(1, now() - from)
    if (steps % PROGRESS_EVERY === 0) tell(Math.min(0.999, share))
  }
  player.flush()
  await untilAborted(player.drained().then(atItsEnd), signal)
  if (!signal.aborted) tell(1)
}

async function live({ timeline, player, signal, now }: Run): Promise<void> {
  while (!signal.aborted) {
    const wait = timeline.nextAt() - now()
    if (wait > 0) {
      player.flush()
      await sleep(wait, undefined, { signal }).catch(() => undefined)
      continue
    }
    timeline.step()
    await untilAborted(player.room(), signal)
  }
}

const untilAborted = (done: Promise<unknown>, signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : Promise.race([
        done.then(() => {}),
        new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        ),
      ])
