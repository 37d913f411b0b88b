import type { Action, Observed, Wish } from './actions.ts'

/** Why something was not done: a stable code and a sentence. */
export interface Failure {
  readonly code: string
  readonly message: string
}

/** The way into Taktlog. Both resolve with null when it was taken; a lost connection is their concern. */
export interface Port {
  readonly command: (wish: Wish) => Promise<Failure | null>
  /** Observations of one type, oldest first. */
  readonly observe: (observations: readonly Observed[]) => Promise<Failure | null>
}

export interface Player {
  readonly take: (action: Action) => void
  /** Hands over the observations that were kept back to travel together. */
  readonly flush: () => void
  /** Resolves when there is room for more. */
  readonly room: () => Promise<void>
  /** Resolves when everything taken so far was answered. */
  readonly drained: () => Promise<void>
  readonly counts: () => Counts
}
export interface Counts {
  readonly commands: number
  readonly observations: number
  /** Refused although they should have been taken, or taken although they should not. */
  readonly unexpected: number
}

/** Group commit in the log makes many requests at a time cheap; more of them only wait. */
const IN_FLIGHT = 48
/** Actions taken ahead of their answers; lanes need some choice to keep the line busy. */
const MAX_OPEN = 600
const BATCH = 300

/**
 * Sends what the plant does, many at a time. Wishes that share a key keep their order, and so do all
 * observations of a type; everything else may overtake.
 * @param report is told of what went otherwise than meant
 */
export function createPlayer(
  port: Port,
  report: (about: string, failure: Failure) => void,
): Player {
  const tails = new Map<string, Promise<void>>()
  const kept = new Map<string, Observed[]>()
  const slots = semaphore(IN_FLIGHT)
  const counts = { commands: 0, observations: 0, unexpected: 0 }
  const waiting = new Set<() => void>()
  let open = 0

  const enqueue = (keys: readonly string[], job: () => Promise<void>): void => {
    open++
    const before = Promise.all(keys.map((key) => tails.get(key) ?? Promise.resolve()))
    const done = before
      .then(() => slots(job))
      .finally(() => {
        open--
        for (const key of keys) if (tails.get(key) === done) tails.delete(key)
        for (const check of [...waiting]) check()
      })
    for (const key of keys) tails.set(key, done)
  }
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!isSo()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  const surprise = (about: string, failure: Failure): void => {
    counts.unexpected++
    report(about, failure)
  }

  const send = async (wish: Wish): Promise<void> => {
    const failure = await attempt(port.command(wish))
    counts.commands++
    if (wish.expect === failure?.code) return
    const granted = { code: 'Granted', message: `${wish.expect} was expected` }
    surprise(wish.type, failure ?? granted)
  }
  const record = async (batch: readonly Observed[]): Promise<void> => {
    const failure = await attempt(port.observe(batch))
    counts.observations += batch.length
    if (failure) surprise(batch[0]!.type, failure)
  }
  const flushType = (type: string): void => {
    const batch = kept.get(type)
    kept.delete(type)
    if (batch) enqueue([LANES[type] ?? type], () => record(batch))
  }

  return {
    take(action) {
      if (action.kind === 'command') return enqueue(action.keys, () => send(action))
      const batch = kept.get(action.type) ?? []
      batch.push(action)
      kept.set(action.type, batch)
      if (batch.length >= BATCH) flushType(action.type)
    },
    flush: () => [...kept.keys()].forEach(flushType),
    room: () => until(() => open < MAX_OPEN),
    drained: () => until(() => open === 0),
    counts: () => ({ ...counts }),
  }
}

/** Types that share streams take turns, so that they do not race for them. */
const EQUIPMENT = 'equipment'
const LANES: Readonly<Record<string, string>> = {
  EquipmentStateChanged: EQUIPMENT,
  CounterAdvanced: EQUIPMENT,
  ProgramChanged: EQUIPMENT,
  AlarmRaised: EQUIPMENT,
  AlarmCleared: EQUIPMENT,
  DataGapStarted: EQUIPMENT,
  DataGapEnded: EQUIPMENT,
}

const attempt = (sent: Promise<Failure | null>): Promise<Failure | null> =>
  sent.catch((error: unknown) => ({ code: 'Failed', message: String(error) }))

function semaphore(size: number): (job: () => Promise<void>) => Promise<void> {
  let free = size
  const queue: (() => void)[] = []
  return async (job) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      await job()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free++
    }
  }
}
