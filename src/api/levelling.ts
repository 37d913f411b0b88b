import type { Levelling, LevellingMove, Place, Remaining } from '../domain/planning/levelling.ts'
import type { Horizon } from '../projections/planning/seconds.ts'
import { builder } from './builder.ts'

/** What levelling proposes, in instants. */
type Shown<T> = T & { readonly horizon: Horizon }

const PlaceRef = builder.objectRef<Shown<Place>>('LevellingPlace').implement({
  description: 'Groups and a stretch of time that work is in, or would be.',
  fields: (t) => ({
    groupIds: t.field({
      ...{ type: ['ID'], description: 'Groups that have the work.' },
      resolve: ({ groups }) => [...groups],
    }),
    from: t.field({
      ...{ type: 'DateTime', description: 'Start of the stretch.' },
      resolve: ({ horizon, from }) => horizon.instant(from),
    }),
    until: t.field({
      ...{ type: 'DateTime', description: 'End of the stretch.' },
      resolve: ({ horizon, to }) => horizon.instant(to),
    }),
    workMs: t.field({
      ...{ type: 'Long', description: 'How long the work takes there.' },
      resolve: ({ seconds }) => seconds * 1_000,
    }),
  }),
})

const MoveRef = builder.objectRef<Shown<LevellingMove>>('LevellingMove').implement({
  description:
    'Work of an operation that could be done at another time, by another group, or both.',
  fields: (t) => ({
    orderId: t.exposeID('order', { description: 'Which order.' }),
    operationId: t.exposeID('operation', { description: 'Which of its operations.' }),
    from: t.field({
      ...{ type: PlaceRef, description: 'Where it is planned.' },
      resolve: ({ from, horizon }) => ({ ...from, horizon }),
    }),
    to: t.field({
      ...{ type: PlaceRef, description: 'Where it would be.' },
      resolve: ({ to, horizon }) => ({ ...to, horizon }),
    }),
  }),
})

const RemainingRef = builder.objectRef<Shown<Remaining>>('RemainingOverload').implement({
  description: 'What stays too much: it takes overtime, or a later due date.',
  fields: (t) => ({
    groupId: t.exposeID('group', { description: 'Which group.' }),
    from: t.field({
      ...{ type: 'DateTime', description: 'Start of the stretch.' },
      resolve: ({ horizon, from }) => horizon.instant(from),
    }),
    until: t.field({
      ...{ type: 'DateTime', description: 'End of the stretch.' },
      resolve: ({ horizon, to }) => horizon.instant(to),
    }),
    overloadMs: t.field({
      ...{ type: 'Long', description: 'What is still too much.' },
      resolve: ({ overload }) => overload * 1_000,
    }),
  }),
})

export const LevellingRef = builder.objectRef<Shown<Levelling>>('Levelling').implement({
  description: 'How overload could be avoided as far as it can be. Nothing is moved by it.',
  fields: (t) => ({
    moves: t.field({
      ...{ type: [MoveRef], description: 'What would move.' },
      resolve: ({ moves, horizon }) => moves.map((move) => ({ ...move, horizon })),
    }),
    remaining: t.field({
      ...{ type: [RemainingRef], description: 'What would still be too much.' },
      resolve: ({ remaining, horizon }) => remaining.map((one) => ({ ...one, horizon })),
    }),
  }),
})
