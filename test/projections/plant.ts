import fc from 'fast-check'
import type { Recorded } from '../../src/domain/event.ts'
import { projection, type Projection } from '../../src/projections/projection.ts'
import { recorded } from '../spec.ts'

/** A small world for the laws: things that are changed, moved between owners and removed. */
export type PlantEvent =
  | { type: 'Changed'; data: { thing: string; amount: number; note: string | null } }
  | { type: 'Moved'; data: { thing: string; from: string; to: string } }
  | { type: 'Removed'; data: { thing: string } }
  | { type: 'Poison'; data: { thing: string; how: 'throws' | 'refused' | 'unfit' } }

interface Thing {
  amount: number
  changes: number
  note: string | null
  lastAt: string
  heavy: boolean | null
  detail: unknown
}

/** A row per entity, of every column type; removed rows vanish. */
export const things: Projection<Thing> = projection<Thing>()<PlantEvent>({
  name: 'things',
  context: 'test',
  version: 1,
  columns: {
    amount: 'double precision',
    changes: 'bigint',
    note: 'text',
    lastAt: 'timestamptz',
    heavy: 'boolean',
    detail: 'jsonb',
  },
  indexes: [['note'], ['lastAt', 'amount']],
  on: {
    Changed: {
      key: (e) => e.thing,
      evolve: (row, { data, metadata }) => ({
        ...row,
        amount: (row?.amount ?? 0) + data.amount,
        changes: (row?.changes ?? 0) + 1,
        note: data.note,
        lastAt: metadata.occurredAt,
        heavy: data.amount === 0 ? null : data.amount > 10,
        detail: { notes: [data.note], amount: data.amount },
      }),
    },
    Removed: { key: (e) => e.thing, evolve: () => null },
    Poison: {
      key: (e) => e.thing,
      evolve: (row, { data, metadata }) => {
        if (data.how === 'throws') throw new Error('cannot fold this')
        return {
          ...(row ?? { amount: 0, note: null, heavy: null, detail: null }),
          changes: data.how === 'refused' ? 0.5 : ({} as number),
          lastAt: metadata.occurredAt,
        }
      },
    },
  },
})

/** A row per fact, written once. */
export const journal = projection<{ type: string; thing: string }>()<PlantEvent>({
  name: 'journal',
  context: 'test',
  version: 1,
  columns: { type: 'text', thing: 'text' },
  indexes: [['thing']],
  on: Object.fromEntries(
    ['Changed', 'Moved', 'Removed', 'Poison'].map((type) => [
      type,
      {
        key: (_: unknown, fact: Recorded) => fact.id,
        evolve: (_: unknown, fact: Recorded<any>) => ({ type: fact.type, thing: fact.data.thing }),
      },
    ]),
  ),
})

/** Several rows per fact. */
export const owners = projection<{ balance: number }>()<PlantEvent>({
  name: 'owners',
  context: 'test',
  version: 1,
  columns: { balance: 'bigint' },
  indexes: [],
  on: {
    Moved: {
      key: ({ from, to }) => (from === to ? [] : [from, to]),
      evolve: (row, { data }, key) => ({
        ...row,
        balance: (row?.balance ?? 0) + (key === data.to ? 1 : -1),
      }),
    },
  },
})

export const plant: readonly Projection[] = [things, journal, owners]

/** Texts that databases trip over: quotes, braces, backslashes, tabs, NUL, halves of surrogate pairs. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'NULL',
    '\\N',
    '\\.',
    'a\tb\nc\r',
    '{"x",}',
    '"',
    '\\',
    "'",
    'x\0y',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const thing = fc.constantFrom('t1', 't2', 't3', 't4', 'ü"\\ {5}', 'n\0l')
const owner = fc.constantFrom('o1', 'o2', 'o3')

export const anyEvent: fc.Arbitrary<PlantEvent & { readonly at: string }> = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constant('Changed' as const),
        data: fc.record({
          thing,
          amount: fc.integer({ min: -2e6, max: 2e6 }).map((n) => n / 64),
          note: fc.option(text),
        }),
      }),
      fc.record({
        type: fc.constant('Moved' as const),
        data: fc.record({ thing, from: owner, to: owner }),
      }),
      fc.record({ type: fc.constant('Removed' as const), data: fc.record({ thing }) }),
    ),
    fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
  )
  .map(([event, date]) => ({ ...event, at: date.toISOString() }))

export const anyFacts = (maxLength: number): fc.Arbitrary<Recorded[]> =>
  fc.array(anyEvent, { maxLength }).map((events) => recorded(events))

export const changed = (thingId: string, amount = 1, note: string | null = null): PlantEvent => ({
  type: 'Changed',
  data: { thing: thingId, amount, note },
})
export const poison = (how: 'throws' | 'refused' | 'unfit'): PlantEvent => ({
  type: 'Poison',
  data: { thing: `bad ${how}`, how },
})
