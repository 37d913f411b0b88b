import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Command, CommandEnvelope } from '../domain/command.ts'
import {
  isRejection,
  reject,
  streamOf,
  type Consultation,
  type Decider,
  type Preparation,
  type Rejection,
} from '../domain/decider.ts'
import type { Event } from '../domain/event.ts'
import type { EventStore, NewEvent } from './event-store.ts'
import { uuid5 } from './ids.ts'
import { implausible, parseInstant } from './instant.ts'
import { createLanes } from './lanes.ts'
import { metadataOf } from './metadata.ts'
import type { Clock, NewId } from './ports.ts'
import { recordRejection } from './rejections.ts'
import { createStreamStates, type StreamState } from './stream-states.ts'

/** The facts are durable. A read with `after: position` includes them. */
export interface Ack {
  readonly stream: string
  readonly revision: number
  readonly position: number
  /** What was appended; empty when it was already so. */
  readonly events: readonly { readonly id: string; readonly type: string }[]
}

/** Asks whether this principal may send this command; null when it may. Declared here, one implementation. */
export type Authorise = (
  decider: Pick<Decider, 'context'>,
  commandType: string,
  envelope: CommandEnvelope,
) => Rejection | null

/**
 * Asks whether a decision made on this revision of a stream may be recorded; null when it may. Asked only
 * where there is something to record, and again for each attempt.
 */
export type Gate = (decided: {
  readonly type: string
  readonly stream: string
  readonly site: string
  readonly revision: number
}) => Promise<Rejection | null>

export interface Execute {
  /** Decides and records; resolves with the Ack or the Rejection, throws only on bugs and outages. */
  (decider: Decider, command: unknown, envelope: CommandEnvelope): Promise<Ack | Rejection>
}

/** A race lost this often in a row means something livelocks; the caller may retry the same command. */
const MAX_ATTEMPTS = 20

export function createExecute(deps: {
  readonly store: Pick<EventStore, 'append' | 'readStream'>
  readonly clock: Clock
  readonly authorise?: Authorise
  readonly gate?: Gate
  readonly newId?: NewId
}): Execute {
  const { store, clock, gate, newId = randomUUID } = deps
  const states = createStreamStates(store)
  const inLane = createLanes()

  return async (decider, input, envelope) => {
    const parsed = parse(decider, input)
    if (isRejection(parsed)) return parsed
    const now = clock.now()
    const at = occurredAt(envelope, now)
    if (isRejection(at)) return at
    const stream = streamOf(decider, decider.id(parsed, envelope.site))
    const refuse = async (rejection: Rejection) => {
      await recordRejection(store, {
        rejection,
        command: parsed,
        stream,
        envelope,
        at,
        now,
        id: newId(),
      })
      return rejection
    }
    const denied = deps.authorise?.(decider, parsed.type, envelope)
    if (denied) return refuse(denied)

    const outcome = await inLane([stream], () =>
      attempt({ store, states, decider, command: parsed, envelope, at, stream, gate }),
    )
    return isRejection(outcome) ? refuse(outcome) : outcome
  }
}

interface Attempt {
  readonly store: Pick<EventStore, 'append'>
  readonly states: ReturnType<typeof createStreamStates>
  readonly decider: Decider
  readonly command: Command
  readonly envelope: CommandEnvelope
  readonly at: string
  readonly stream: string
  readonly gate: Gate | undefined
}

/** Load, fold, decide, append at the revision read; on a lost race, decide again on fresh state. */
async function attempt(a: Attempt): Promise<Ack | Rejection> {
  const { store, states, decider, command, envelope, at, stream } = a
  for (let n = 1; ; n++) {
    const known = n === 1 ? states.assume(decider, stream) : await states.load(decider, stream)
    if (known.site !== null && known.site !== envelope.site)
      return reject('WrongSite', `${stream} belongs to site ${known.site}, not ${envelope.site}.`)
    const first = known.acks.get(envelope.commandId)
    if (first) return { stream, ...first }
    // A wait for nothing costs a turn of the queue, and most commands have nothing to wait for here.
    const looks = decider.consults ?? decider.consultsEach
    let consulted = looks ? await consult(states, decider, command, envelope.site) : undefined
    const preparation = decider.prepare?.(command, known.state, consulted)
    if (preparation) {
      const refused = await prepare(preparation, a)
      if (refused) return refused
      consulted = await consult(states, decider, command, envelope.site)
    }
    const decided = decider.decide(command, known.state, { at, consulted })
    const decision = (a.gate && (await barred(decided, known, a, a.gate))) ?? decided
    if (isRejection(decision) || decision.length === 0) {
      // Nothing is appended, so no conflict would show that another process has changed the stream.
      const { revision } = await states.loadFresh(decider, stream)
      if (revision !== known.revision) continue
      return isRejection(decision) ? decision : { stream, ...unchanged(known) }
    }
    const events = decision.map((event, i) => toNew(decider, event, a, i))
    const [result] = await store
      .append([{ stream, expected: known.revision, events }])
      .catch((error: unknown) => {
        // Whether it took effect is unknown: the retry of this command must look at the log.
        states.forget(decider, stream)
        throw error
      })
    if (result!.ok && !result!.repeated)
      return { stream, ...states.advance(decider, stream, known, events, result!) }
    // Lost a race, or was sent before: what the log holds decides.
    states.forget(decider, stream)
    if (n >= MAX_ATTEMPTS)
      throw new Error(`${stream}: lost ${MAX_ATTEMPTS} races in a row; send the command again`)
  }
}

const barred = async (
  decided: readonly Event[] | Rejection,
  { revision }: StreamState,
  { command: { type }, stream, envelope: { site } }: Attempt,
  gate: Gate,
): Promise<Rejection | null> =>
  isRejection(decided) || decided.length === 0 ? null : gate({ type, stream, site, revision })

/** Outside the lane of its stream: two that prepare each other's streams would wait for ever. */
async function prepare({ decider, command }: Preparation, a: Attempt): Promise<Rejection | null> {
  const stream = streamOf(decider, decider.id(command, a.envelope.site))
  const commandId = uuid5(`${a.envelope.commandId}/prepare/${JSON.stringify(command)}`)
  const outcome = await attempt({
    ...a,
    decider,
    command,
    stream,
    envelope: { ...a.envelope, commandId },
  })
  return isRejection(outcome) ? outcome : null
}

const unchanged = (known: StreamState) => ({
  revision: known.revision,
  position: known.position,
  events: [],
})

async function consult(
  states: ReturnType<typeof createStreamStates>,
  { consults, consultsEach }: Decider,
  command: Command,
  site: string,
): Promise<unknown> {
  const look = async ({ decider, id: idOf }: Consultation<any, unknown>): Promise<unknown> => {
    const id = idOf(command, site)
    if (id === null) return decider.initial
    return (await states.loadFresh(decider, streamOf(decider, id))).state
  }
  if (consults) return look(consults)
  if (!consultsEach) return undefined
  const named = Object.entries<Consultation<any, unknown>>(consultsEach)
  const found = await Promise.all(named.map(([, consultation]) => look(consultation)))
  return Object.fromEntries(named.map(([name], i) => [name, found[i]]))
}

function toNew(decider: Decider, event: Event, a: Attempt, index: number): NewEvent {
  const definition = Object.values(decider.events).find((d) => d.type === event.type)
  if (!definition)
    throw new Error(`${decider.category} decided on ${event.type}, not one of its own`)
  return {
    id: uuid5(`${a.envelope.commandId}/${index}`),
    type: event.type,
    schemaVersion: definition.version,
    data: event.data,
    metadata: metadataOf(a.envelope, a.at),
  }
}

function parse(decider: Decider, input: unknown): Command | Rejection {
  const type = (input as { type?: unknown } | null)?.type
  const schema = typeof type === 'string' ? decider.commands[type] : undefined
  if (!schema)
    return reject(
      'UnknownCommand',
      `type ${JSON.stringify(type)} is not a command of ${decider.category}.`,
    )
  const result = schema.safeParse(input)
  return result.success ? (result.data as unknown as Command) : invalid(result.error, input)
}

function occurredAt({ occurredAt: claimed }: CommandEnvelope, now: string): string | Rejection {
  if (claimed === undefined) return now
  const time = parseInstant(claimed)
  if (Number.isNaN(time))
    return reject(
      'InvalidInput',
      `occurredAt ${JSON.stringify(claimed)} is not an ISO-8601 instant.`,
    )
  const wrong = implausible(time, now)
  return wrong
    ? reject('InvalidInput', `occurredAt ${claimed} ${wrong}.`)
    : new Date(time).toISOString()
}

/** Turns zod issues into one sentence per issue: field, value, rule. */
export function invalid(error: z.ZodError, input: unknown): Rejection<'InvalidInput'> {
  const why = error.issues.map((issue) => {
    const value = issue.path.reduce<any>((v, key) => v?.[key as string], input)
    return `${issue.path.join('.') || 'input'} ${shorten(value)}: ${issue.message}`
  })
  return reject('InvalidInput', `${why.join('; ')}.`)
}

const MAX_ECHO = 80
const shorten = (value: unknown): string => {
  const json = value === undefined ? 'is missing' : (JSON.stringify(value) ?? typeof value)
  return json.length > MAX_ECHO ? `${json.slice(0, MAX_ECHO)}…` : json
}
