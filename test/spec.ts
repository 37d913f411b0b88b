import { expect } from 'vitest'
import { isRejection, type Decider } from '../src/domain/decider.ts'
import type { Event, Recorded } from '../src/domain/event.ts'
import { nothingConsulted } from './consulted.ts'
import { replay, type Keyed, type Projection } from '../src/projections/projection.ts'

export const T0 = '2026-03-02T06:00:00.000Z'
/** The instant `minutes` after T0. */
export const after = (minutes: number): string =>
  new Date(Date.parse(T0) + minutes * 60_000).toISOString()

type At<E> = E & { readonly at?: string }
/** Gives a fact a moment of its own; without one it happens at T0. */
export const at = <E extends Event>(moment: string, fact: E): At<E> => ({ ...fact, at: moment })

/** Given facts, when a command, then facts, nothing, or a refusal. */
export const given = <C extends { type: string }, S, E extends Event, R extends string, X>(
  decider: Decider<C, S, E, R, X>,
  ...past: readonly At<E>[]
) => ({
  when(
    command: C,
    { at: moment = T0, consulted = nothingConsulted(decider) }: { at?: string; consulted?: X } = {},
  ) {
    const parsed = decider.commands[command.type]!.parse(command) as C
    const decide = (facts: readonly At<E>[]) =>
      decider.decide(
        parsed,
        facts.reduce((s, fact) => decider.evolve(s, fact, fact.at ?? T0), decider.initial),
        { at: moment, consulted },
      )
    const decision = decide(past)
    return {
      then(...facts: readonly E[]) {
        expect(decision).toEqual(facts)
        const again = decide([...past, ...facts.map((fact) => ({ ...fact, at: moment }))])
        expect(again, 'the same command again must change nothing').toEqual([])
      },
      thenNothing: () => expect(decision).toEqual([]),
      thenRejected: (code: R) =>
        expect(isRejection(decision) ? decision.rejected : decision).toBe(code),
    }
  },
})

/** Facts as a log would hold them: one stream each unless `stream` says otherwise. */
export const recorded = (
  events: readonly At<Event>[],
  { stream = 'spec-1', site = 'S1' }: { stream?: string; site?: string } = {},
): Recorded[] =>
  events.map(({ at: occurredAt = T0, ...event }, i) => ({
    ...event,
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    schemaVersion: 1,
    metadata: {
      occurredAt,
      source: 'spec',
      site,
      actor: 'spec',
      correlationId: 'c',
      causationId: 'c',
    },
    stream,
    revision: i,
    position: i + 1,
    recordedAt: T0,
  }))

/** The rows a projection makes of these facts, by key. */
export const projecting = <Row extends object>(
  p: Projection<Row>,
  ...events: readonly At<Event>[]
): Record<string, Keyed<Row>> => Object.fromEntries(replay(p, recorded(events)))
