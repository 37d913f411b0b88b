import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { Failure, Port } from '../../src/adapters/plant/player.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { policies } from '../../src/commands/policies.ts'
import { createRecord } from '../../src/commands/record.ts'
import { isRejection, type Rejection } from '../../src/domain/decider.ts'
import { catalogue, deciders, observationDefinitions } from '../../src/domain/index.ts'

/** Taktlog without its network and database: the same deciders, policies at once after each command. */
export function inProcess(now: string): { readonly port: Port; readonly store: EventStore } {
  const clock = { now: () => now }
  const store = createMemoryEventStore(clock, catalogue)
  const execute = createExecute({ store, clock })
  const record = createRecord({ store, clock, observations: observationDefinitions })
  const failure = ({ rejected: code, why: message }: Rejection): Failure => ({ code, message })

  const react = async (stream: string, revision: number): Promise<void> => {
    for (const fact of await store.readStream(stream, { from: revision }))
      for (const policy of policies.filter((p) => p.types.includes(fact.type)))
        for (const { decider, command } of policy.react(fact))
          await execute(decider, command, { ...fact.metadata, commandId: `${fact.id}/policy` })
  }
  return {
    store,
    port: {
      async command({ type, commandId, occurredAt, input }) {
        const decider = deciders.find((d) => type in d.commands)!
        const envelope = { commandId, occurredAt, actor: 'plant', site: 'ULM', source: 'plant' }
        const outcome = await execute(decider, { ...input, type }, envelope)
        if (isRejection(outcome)) return failure(outcome)
        if (outcome.events.length > 0) await react(outcome.stream, outcome.revision)
        return null
      },
      async observe(observations) {
        const by = { source: 'plant', site: 'ULM', actor: 'plant' }
        const { quarantined } = await record(observations, by)
        return quarantined[0] ? { code: 'Quarantined', message: quarantined[0].why } : null
      },
    },
  }
}
