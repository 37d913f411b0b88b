import type { Command } from '../domain/command.ts'
import { isRejection, type Decider, type Rejection } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import type { Batch, EventStore } from './event-store.ts'
import type { Execute } from './execute.ts'
import { uuid5 } from './ids.ts'
import { noMetrics, type Metrics } from './metrics.ts'
import { noTracer, traced, type Tracer } from './tracing.ts'

/** A command a policy sends, and the decider it is for. */
export interface Reaction {
  readonly decider: Decider
  readonly command: Command
  /** What to send instead when the command is refused: the compensation. */
  readonly otherwise?: (rejection: Rejection) => Reaction
}

/** When this happened, then do that. Pure, and never part of a replay. */
export interface Policy {
  /** Names its checkpoint; kebab-case. */
  readonly name: string
  /** Reads as a sentence: "when ... then ...". */
  readonly describe: string
  readonly types: readonly string[]
  readonly react: (fact: Recorded<any>) => readonly Reaction[]
}

/** Where each policy stands in the log, durable. */
export interface Checkpoints {
  load(name: string): Promise<number>
  save(name: string, position: number): Promise<void>
}

/**
 * Follows the log and sends the policy's commands. The command ids derive from the fact, so repeating
 * a batch after a crash repeats nothing. Resolves when the signal aborts; throws when the store fails.
 */
export async function runPolicy(
  policy: Policy,
  deps: {
    readonly store: EventStore
    readonly execute: Execute
    readonly checkpoints: Checkpoints
    readonly metrics?: Metrics
    readonly tracer?: Tracer
    readonly signal: AbortSignal
  },
): Promise<void> {
  const after = await deps.checkpoints.load(policy.name)
  for await (const batch of deps.store.subscribe({
    after,
    types: policy.types,
    signal: deps.signal,
  }))
    await handle(policy, batch, deps)
}

async function handle(
  policy: Policy,
  batch: Batch,
  deps: {
    readonly execute: Execute
    readonly checkpoints: Checkpoints
    readonly metrics?: Metrics
    readonly tracer?: Tracer
  },
): Promise<void> {
  const { execute, checkpoints, metrics = noMetrics, tracer = noTracer } = deps
  for (const fact of batch.facts)
    for (const [index, reaction] of policy.react(fact).entries()) {
      const { traceparent } = fact.metadata
      await traced(tracer, `policy ${policy.name}`, { parent: traceparent }, (span) =>
        send(execute, reaction, {
          ...{ fact, name: `${policy.name}/${fact.id}/${index}` },
          traceparent: span?.traceparent ?? traceparent,
        }),
      )
      metrics.count('taktlog_policy_reactions_total', { policy: policy.name })
    }
  await checkpoints.save(policy.name, batch.position)
}

interface Cause {
  readonly fact: Recorded
  /** Of the reaction; its command id follows from it. */
  readonly name: string
  readonly traceparent: string | undefined
}

async function send(execute: Execute, reaction: Reaction, cause: Cause): Promise<void> {
  const { fact, name, traceparent } = cause
  const outcome = await execute(reaction.decider, reaction.command, {
    commandId: uuid5(name),
    actor: 'system',
    site: fact.metadata.site,
    source: 'policy',
    occurredAt: fact.metadata.occurredAt,
    correlationId: fact.metadata.correlationId,
    causationId: fact.id,
    ...(traceparent === undefined ? {} : { traceparent }),
  })
  if (isRejection(outcome) && reaction.otherwise)
    await send(execute, reaction.otherwise(outcome), { ...cause, name: `${name}/otherwise` })
}
