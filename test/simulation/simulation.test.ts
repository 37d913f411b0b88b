import { expect, test } from 'vitest'
import type { EventStore } from '../../src/commands/event-store.ts'
import type { Observation } from '../../src/commands/record.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { observationDefinitions } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { replay } from '../../src/projections/projection.ts'
import { testSeed } from '../support/seed.ts'
import { faultsOf, openTransfers } from '../support/invariants.ts'
import { isAck, simulate, type Outcome, type Reported, type Sent } from './world.ts'

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 300)
const wanted = process.env['SIMULATION_SEED']
const first = Number(wanted ?? testSeed)
const runs = wanted === undefined ? RUNS : 1

test(`worlds of ${runs} seeds from ${first} come to rest with nothing lost, doubled or wrong`, async () => {
  let size = 0
  for (let seed = first; seed < first + runs; seed++)
    try {
      const outcome = await simulate(seed)
      expect(wrong(outcome)).toEqual([])
      size += outcome.facts.length
    } catch (error) {
      const again = `SIMULATION_SEED=${seed} npx vitest run test/simulation`
      throw new Error(`seed ${seed} (${again}): ${(error as Error).message}`, { cause: error })
    }
  console.log(`simulation: ${runs} seeds from ${first}, ${size} facts`)
})

test('a seed tells everything: the same one makes the same log', async () => {
  const [one, same, other] = [await simulate(7), await simulate(7), await simulate(8)]
  expect(same.facts).toEqual(one.facts)
  expect(other.facts).not.toEqual(one.facts)
})

/** Something is broken on purpose; if no seed showed it, the simulation would be blind. */
test.each<[string, (store: EventStore) => EventStore, RegExp]>([
  ['an acknowledged append is not in the log', forgetting, /acknowledged|lost|missing/],
  ['a retried append is not recognised', doubling, /twice|acted|took|facts of/],
])('%s: seen', async (_, plant, says) => {
  const found: string[] = []
  for (let seed = 1; seed <= 10; seed++)
    await simulate(seed, plant).then(
      (outcome) => found.push(...wrong(outcome)),
      (error: Error) => found.push(error.message),
    )
  expect(found.join('\n')).toMatch(says)
})

function forgetting(store: EventStore): EventStore {
  let n = 0
  return {
    ...store,
    append: async (appends) =>
      ++n % 20 === 0
        ? appends.map(({ expected, events }) => ({
            ...{ ok: true, position: 1 },
            revision: expected + events.length,
          }))
        : store.append(appends),
  }
}

function doubling(store: EventStore): EventStore {
  let n = 0
  const id = (): string => `00000000-0000-4000-9000-${String(n++).padStart(12, '0')}`
  return {
    ...store,
    append: (appends) =>
      store.append(
        appends.map((a) => ({ ...a, events: a.events.map((event) => ({ ...event, id: id() })) })),
      ),
  }
}

/** Everything that should not be, in sentences. */
function wrong({ facts, sent, reported, database }: Outcome): readonly string[] {
  return [
    ...faultsOf(facts),
    ...openTransfers(facts).map(({ data }) => `${data.lotId}/${data.transferId} never arrived`),
    ...sent.flatMap((s) => promises(s, facts)),
    ...observations(reported, facts),
    ...cycles(sent, facts),
    ...projections.flatMap((p) => {
      const rows = JSON.stringify(sorted(replay(p, facts)))
      return rows === JSON.stringify(sorted(database.rows(p))) ? [] : [`${p.name} is not a replay`]
    }),
  ]
}

const sorted = (rows: ReadonlyMap<string, object>) =>
  [...rows].sort(byName).map(([, row]) => Object.entries(row).sort(byName))
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : 1

/**
 * An Ack is the truth for ever and the same for everybody; what was refused left no fact. "It was already
 * so" leaves no fact either, so the same command sent again later is decided on what is so by then.
 */
function promises({ commandId, answers }: Sent, facts: Outcome['facts']): string[] {
  const found = facts.filter(
    ({ type, metadata }) => metadata.commandId === commandId && type !== 'CommandRejected',
  )
  const told = answers.filter(isAck).filter(({ events }) => events.length > 0)
  if (told.length === 0)
    return found.length === 0 ? [] : [`${commandId} took effect and nobody was told`]
  const events = JSON.stringify(found.map(({ id, type }) => ({ id, type })))
  return told.flatMap((ack) =>
    JSON.stringify(ack.events) === events && found.at(-1)?.position === ack.position
      ? []
      : [`${commandId} was acknowledged as ${JSON.stringify(ack)}, the log has ${events}`],
  )
}

/** What was not put aside is in the log once, however often and late it was sent. */
function observations(reported: readonly Reported[], facts: Outcome['facts']): string[] {
  const name = (source: string, o: Pick<Observation, 'type' | 'data'>, at: string, n?: number) =>
    n === undefined ? `${source} ${at} ${JSON.stringify(parsed(o))}` : `${source}#${n}`
  const counts = new Map<string, number>()
  for (const { type, data, metadata: m } of facts as readonly Recorded[]) {
    const key = name(m.source, { type, data }, m.occurredAt, m.sourceSequence)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return reported.flatMap(({ source, observation: o, quarantined }) => {
    const key = name(source, o, new Date(o.occurredAt).toISOString(), o.sourceSequence)
    const count = counts.get(key) ?? 0
    return count === (quarantined ? 0 : 1) ? [] : [`${key}: ${count} facts of one observation`]
  })
}

/** As the log keeps it: defaults filled in. */
const parsed = ({ type, data }: Pick<Observation, 'type' | 'data'>): unknown =>
  observationDefinitions.get(type)?.event.schema.safeParse(data).data

/**
 * The domain looks one level up before it installs: a parent that was in the component for as long as
 * the wish was under way is always seen. Two wishes that cross may miss each other, by design.
 */
function cycles(sent: readonly Sent[], facts: Outcome['facts']): string[] {
  const sentAt = new Map(sent.map((s) => [s.commandId, s.sentAt]))
  const into = new Map<string, { readonly parent: string; readonly position: number }>()
  return facts.flatMap(({ type, data, position, metadata }) => {
    if (type === 'ComponentRemoved') into.delete(data.serial)
    if (type !== 'ComponentInstalled') return []
    into.set(data.serial, { parent: data.parentSerial, position })
    const above = into.get(data.parentSerial)
    const begun = sentAt.get(metadata.commandId ?? '') ?? 0
    return above !== undefined && above.parent === data.serial && above.position <= begun
      ? [`${data.serial} went into ${data.parentSerial}, which was in it, at ${position}`]
      : []
  })
}
