import { setTimeout as delay } from 'node:timers/promises'
import { isRejection, type Decider, type Rejection } from '../../domain/decider.ts'
import type { ObservationDefinition } from '../../domain/observation.ts'
import { StoreUnavailable } from '../event-store.ts'
import type { Execute } from '../execute.ts'
import { uuid5 } from '../ids.ts'
import type { Metrics } from '../metrics.ts'
import type { Observation, ObservationContext, Recording } from '../record.ts'
import { validTraceparent } from '../tracing.ts'
import type { Received } from './bus.ts'
import { readCloudEvent, type CloudEvent } from './cloud-events.ts'
import { setAside, type DeadLetterDeps, type letterCodes, type Refusal } from './dead-letters.ts'

export interface IntakeDeps extends DeadLetterDeps {
  /** In the name of the connector: what it may not do is refused. */
  readonly execute: Execute
  readonly record: (
    observations: readonly Observation[],
    context: ObservationContext,
  ) => Promise<Recording | Rejection>
  readonly commands: ReadonlyMap<string, Decider>
  readonly observations: ReadonlyMap<string, ObservationDefinition>
  readonly metrics?: Pick<Metrics, 'count'>
  /** Waits before a message is tried again that something went wrong with. */
  readonly retryMs?: readonly number[]
}

/** Long enough for a short outage of something beside the log, shorter than a partition may stand still. */
const RETRY_MS = [100, 1_000, 5_000]

/**
 * Takes messages in: commands and observations as CloudEvents, told by their type. Resolves when each
 * is in the log, in quarantine or in the dead-letter topic; doing it again records and sends nothing new.
 * Messages of one key are taken in order, those without a key likewise; others side by side.
 * @throws StoreUnavailable, BusUnavailable: nothing is lost, hand it in again
 */
export function createIntake(deps: IntakeDeps): (batch: readonly Received[]) => Promise<void> {
  return async (batch) => {
    const lanes = Map.groupBy(batch, ({ key }) => key?.toString('latin1') ?? null)
    const done = await Promise.allSettled([...lanes.values()].map((lane) => takeLane(lane, deps)))
    const failed = done.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const refused = done.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
    const place = new Map(batch.map((message, i) => [message, i]))
    refused.sort((a, b) => place.get(a.message)! - place.get(b.message)!)
    const sent = await setAside(deps, refused)
    for (const { code } of sent) deps.metrics?.count('taktlog_dead_letters_total', { code })
  }
}

async function takeLane(lane: readonly Received[], deps: IntakeDeps): Promise<Refusal[]> {
  const refused: Refusal[] = []
  for (const run of runs(lane.map((message) => understand(message, deps)))) {
    const [first] = run
    if (first.kind === 'refusal') refused.push(first)
    else {
      const problem = await persistently(deps, () =>
        first.kind === 'command' ? send(first, deps) : observe(run as Run<Seen>, deps),
      )
      if (problem)
        for (const { message, delivery } of run) refused.push({ message, delivery, ...problem })
    }
  }
  return refused
}

type Problem = Pick<Refusal, 'code' | 'why'>
interface Wish {
  readonly kind: 'command'
  readonly message: Received
  readonly delivery: string
  readonly event: CloudEvent
  readonly site: string
  readonly decider: Decider
}
interface Seen {
  readonly kind: 'observation'
  readonly message: Received
  readonly delivery: string
  readonly event: CloudEvent
  readonly site: string
  readonly context: string
}
type Item = Wish | Seen | (Refusal & { readonly kind: 'refusal' })
type Run<T> = readonly [T, ...T[]]

const refuse = (code: keyof typeof letterCodes, why: string): Problem => ({ code, why })

function understand(message: Received, deps: IntakeDeps): Item {
  const event = readCloudEvent(message)
  const delivery = deliveryOf(message, 'why' in event ? null : event)
  const problem = (found: Problem): Item => ({ kind: 'refusal', message, delivery, ...found })
  if ('why' in event) return problem(refuse('NotACloudEvent', String(event.why)))
  const decider = deps.commands.get(event.type)
  const observation = deps.observations.get(event.type)
  if (!decider && !observation) {
    const type = JSON.stringify(event.type)
    return problem(refuse('UnknownType', `type ${type} is neither a command nor an observation.`))
  }
  const { sites } = deps.principal
  const site = event.site ?? (sites?.length === 1 ? sites[0] : undefined)
  if (site === undefined)
    return problem(refuse('SiteMissing', 'site is missing: the connector has not exactly one.'))
  const common = { message, delivery, event, site }
  return decider
    ? { kind: 'command', ...common, decider }
    : { kind: 'observation', ...common, context: observation!.context }
}

/** Commands one by one; observations that follow each other and can be recorded together. */
function runs(items: readonly Item[]): Run<Item>[] {
  const found: [Item, ...Item[]][] = []
  for (const item of items) {
    const last = found.at(-1)
    if (last && together(last[0], item)) last.push(item)
    else found.push([item])
  }
  return found
}

const together = (a: Item, b: Item): boolean =>
  a.kind === 'observation' &&
  b.kind === 'observation' &&
  a.site === b.site &&
  a.context === b.context &&
  a.event.source === b.event.source &&
  a.event.correlationid === b.event.correlationid

async function send(wish: Wish, { execute, principal }: IntakeDeps): Promise<Problem | null> {
  const { event, message, delivery: deliveryId, site, decider } = wish
  const occurredAt = event.time ?? message.timestamp
  const traceparent = validTraceparent(event.traceparent)
  const outcome = await execute(decider, commandOf(event), {
    // Two senders may well use one id, each its own.
    commandId: uuid5(`message/${JSON.stringify([event.source, event.id])}`),
    actor: principal.actor,
    site,
    source: event.source,
    correlationId: event.correlationid ?? event.id,
    causationId: event.id,
    deliveryId,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(occurredAt === null ? {} : { occurredAt }),
  })
  return isRejection(outcome) ? { code: outcome.rejected, why: outcome.why } : null
}

/** Its place in the topic; with what it says, for a topic that was deleted and made anew. */
const deliveryOf = (message: Received, event: CloudEvent | null): string => {
  const { topic, partition, offset, timestamp } = message
  const place = [topic, partition, offset, timestamp, event?.source, event?.id]
  return uuid5(`delivery/${JSON.stringify(place)}`)
}

const commandOf = ({ type, data }: CloudEvent): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data, type } : { type }

/** What breaks its schema goes to quarantine, not to the dead letters. */
async function observe(run: Run<Seen>, { record, principal }: IntakeDeps): Promise<Problem | null> {
  const [{ event, site }] = run
  const outcome = await record(
    run.map((seen) => observationOf(seen.event)),
    {
      source: event.source,
      site,
      actor: principal.actor,
      ...(event.correlationid === undefined ? {} : { correlationId: event.correlationid }),
    },
  )
  return isRejection(outcome) ? { code: outcome.rejected, why: outcome.why } : null
}

/** Safe as a number; longer ones tell nothing about what else is the same. */
const SEQUENCE = /^\d{1,15}$/

const observationOf = ({ type, data, time, sequence }: CloudEvent): Observation => ({
  type,
  data,
  occurredAt: time ?? '',
  ...(sequence !== undefined && SEQUENCE.test(sequence)
    ? { sourceSequence: Number(sequence) }
    : {}),
})

/** An outage of the log is waited for outside; whatever else goes wrong must not hold up the others. */
async function persistently(
  { retryMs = RETRY_MS }: IntakeDeps,
  work: () => Promise<Problem | null>,
): Promise<Problem | null> {
  for (let n = 0; ; n++) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error
      const wait = retryMs[n]
      if (wait === undefined) return refuse('Internal', (error as Error).message)
      await delay(wait)
    }
  }
}
