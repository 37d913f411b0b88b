import fc from 'fast-check'
import type { Mode, Operation, Problem, Span } from '../../src/domain/planning/problem.ts'

const spans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 10, max: 60 })), {
    minLength: 2,
    maxLength: 8,
  })
  .map((pairs): Span[] => {
    let at = 0
    const open = pairs.map(([gap, length]) => {
      const from = at + gap
      at = from + length
      // Spans that touch would be one.
      return { from, to: at++ }
    })
    return [...open, { from: at + 20, to: at + 2_000 }]
  })
const optional = <T>(arbitrary: fc.Arbitrary<T>, key: string) =>
  fc
    .option(arbitrary, { nil: undefined })
    .map((value) => (value === undefined ? {} : { [key]: value }))
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all))

const EQUIPMENT = ['M0', 'M1', 'OVEN']
const legs = (names: readonly string[], max: number) =>
  fc.array(
    fc.record({
      from: fc.constantFrom(...names),
      to: fc.constantFrom(...names),
      seconds: fc.integer({ min: 1, max }),
    }),
    { maxLength: 6 },
  )

const mode: fc.Arbitrary<Mode> = merged(
  fc.record({
    equipment: fc.constantFrom(...EQUIPMENT),
    fixedSeconds: fc.integer({ min: 1, max: 9 }),
    perUnitSeconds: fc.constantFrom(0, 1, 2),
  }),
  optional(fc.constantFrom('red', 'white'), 'family'),
  optional(fc.constant('jig'), 'tool'),
  optional(fc.constantFrom('weld', 'turn'), 'qualification'),
  optional(fc.constantFrom('setup', 'run', 'all'), 'attendance'),
  optional(fc.boolean(), 'interruptible'),
  optional(fc.constantFrom(1, 2), 'size'),
)

const operation = (place: number): fc.Arbitrary<Operation> =>
  merged(
    fc.record({
      id: fc.constant(`${place}`),
      modes: fc.array(mode, { minLength: 1, maxLength: 2 }),
    }),
    place === 0
      ? fc.constant({})
      : optional(
          fc
            .tuple(
              fc.integer({ min: 0, max: place - 1 }),
              optional(fc.integer({ min: 0, max: 9 }), 'minLag'),
              optional(fc.integer({ min: 15, max: 60 }), 'maxLag'),
              optional(fc.integer({ min: 1, max: 3 }), 'transferQuantity'),
            )
            .map(([before, ...rest]) => [Object.assign({ operation: `${before}` }, ...rest)]),
          'after',
        ),
    optional(fc.constant([{ material: 'steel', quantity: 2 }]), 'consumes'),
    optional(fc.constant([{ material: 'steel', quantity: 1 }]), 'produces'),
  )

/** Everything that a plant may have, on machines enough for conflicts. */
export const problems: fc.Arbitrary<Problem> = fc
  .record({
    equipment: fc.tuple(
      ...EQUIPMENT.map((id) =>
        merged(
          fc.record({ id: fc.constant(id), location: fc.constantFrom('north', 'south') }),
          optional(spans, 'open'),
          optional(legs(['red', 'white', ''], 12), 'setups'),
          optional(fc.constantFrom('red', 'white'), 'initialFamily'),
          id === 'OVEN' ? fc.constant({ batchCapacity: 3 }) : fc.constant({}),
        ),
      ),
    ),
    persons: fc.tuple(
      ...['ann', 'bob'].map((id, at) =>
        merged(
          fc.constant({ id, qualifications: at === 0 ? ['weld', 'turn'] : ['weld'] }),
          optional(spans, 'shifts'),
        ),
      ),
    ),
    tools: fc.integer({ min: 1, max: 2 }).map((count) => [{ id: 'jig', count }]),
    materials: fc.record({
      id: fc.constant('steel'),
      stock: fc.integer({ min: 0, max: 6 }),
      receipts: fc.constant([
        { at: 30, quantity: 3 },
        { at: 90, quantity: 20 },
      ]),
    }),
    transport: legs(['north', 'south'], 8),
    lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
  })
  .chain(({ lengths, materials, ...plant }) =>
    fc
      .tuple(
        ...lengths.map((length, number) =>
          fc.record({
            id: fc.constant(`O${number}`),
            release: fc.integer({ min: 0, max: 20 }),
            due: fc.integer({ min: 10, max: 90 }),
            weight: fc.integer({ min: 1, max: 3 }),
            quantity: fc.integer({ min: 1, max: 5 }),
            operations: fc.tuple(...Array.from({ length }, (_, place) => operation(place))),
          }),
        ),
      )
      .map((orders): Problem => ({ ...plant, materials: [materials], orders })),
  )

const HOUR = 3_600

/** An hour at 10 kW that is due after six; night tariff from the third hour on. M is done long before N. */
export const nightShop: Problem = {
  equipment: [{ id: 'M' }, { id: 'N' }],
  orders: [
    {
      id: 'A',
      due: 6 * HOUR,
      operations: [{ id: '1', modes: [{ equipment: 'M', fixedSeconds: HOUR, kilowatts: 10 }] }],
    },
    { id: 'B', operations: [{ id: '1', modes: [{ equipment: 'N', fixedSeconds: 8 * HOUR }] }] },
  ],
  energyPrices: [
    { from: 0, to: 3 * HOUR, price: 0.3 },
    { from: 3 * HOUR, to: 5 * HOUR, price: 0.1 },
    { from: 5 * HOUR, to: 24 * HOUR, price: 0.2 },
  ],
}
