import type { Replayed, ReplayCheck } from '../projections/replay-check.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** All rows are held in memory; a longer log is checked by `taktlog projection check` in a process of its own. */
const MAX_EVENTS = 500_000

const ReplayedRef = builder.objectRef<Replayed>('ReplayedReadModel').implement({
  description: 'A read model against what a replay in memory makes.',
  fields: (t) => ({
    name: t.exposeString('projection', { description: 'Which.' }),
    rows: t.exposeInt('rows', { description: 'That the replay made.' }),
    differing: t.exposeStringList('differing', {
      description: 'Keys of rows that are not what the replay makes, ten at most; none: they are.',
    }),
  }),
})

const CheckRef = builder.objectRef<ReplayCheck>('ReplayCheck').implement({
  description: 'All read models against a replay of the whole log, row for row.',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: 'Replayed up to here.' }),
    events: t.exposeInt('events', { description: 'Facts that were replayed.' }),
    grew: t.exposeBoolean('grew', {
      description:
        'Facts came meanwhile: what differs may only be later. Ask again when it is quiet.',
    }),
    readModels: t.expose('projections', { type: [ReplayedRef], description: 'All of them.' }),
  }),
})

/** By log: whether one is under way in this process. */
const busy = new WeakSet<Context['log']>()

builder.queryField('replayCheck', (t) =>
  t.field({
    type: CheckRef,
    description:
      'Replays the whole log in memory and compares every row with the read models, as `taktlog projection check` ' +
      `does; for whoever may read the audit of all sites. Up to ${MAX_EVENTS} events, one at a time.`,
    complexity: { field: 1_000, multiplier: 1 },
    resolve: async (_, __, { access, principal, log, checkReplay }): Promise<ReplayCheck> => {
      await access.demand({ kind: 'read', context: 'audit', site: null })
      if (principal.sites !== null) throw apiError('Forbidden', 'It is about all sites.')
      if (!checkReplay) throw apiError('InvalidInput', 'there are no read models to check here.')
      const head = await log.head()
      if (head > MAX_EVENTS)
        throw apiError(
          'InvalidInput',
          `${head} events are more than ${MAX_EVENTS}; run the command.`,
        )
      if (busy.has(log)) throw apiError('TooManyRuns', 'a check is under way already.')
      busy.add(log)
      try {
        return await checkReplay()
      } finally {
        busy.delete(log)
      }
    },
  }),
)
