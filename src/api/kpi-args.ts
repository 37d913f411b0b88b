import { DIMENSIONS, type GroupKey } from '../projections/kpi/groups.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { AsKnownAt, knownAt } from './lookup.ts'
import type { Moment } from './reader.ts'

export const Dimension = builder.enumType('KpiDimension', {
  description: 'What a key figure is told apart by.',
  values: {
    EQUIPMENT: { description: 'Machine, or work centre at which people book work.' },
    WORK_CENTRE: { description: 'Work centre, line or cell that it stands in.' },
    AREA: { description: 'Area that it stands in.' },
    SITE: { description: 'Site that it stands in.' },
    SHIFT: { description: 'One shift of one day.' },
    DAY: {
      description: 'Day of the plant, by the rule of its calendar; 23 or 25 hours twice a year.',
    },
    ORDER: { description: 'Production order, while it was worked on.' },
    MATERIAL: { description: 'Material that was made.' },
    PERSON: { description: 'Person who worked.' },
    REASON: { description: 'Reason that people gave a stop; all other time has none.' },
  } satisfies Record<(typeof DIMENSIONS)[number], object>,
})

export const KeyRef = builder.objectRef<GroupKey>('KpiGroupKey').implement({
  description: 'What a group is.',
  fields: (t) => ({
    dimension: t.expose('dimension', { type: Dimension, description: 'What it is told apart by.' }),
    id: t.exposeID('id', {
      nullable: true,
      description: 'Null: of none, such as outside of shifts.',
    }),
    name: t.exposeString('name', { description: 'For people to read.' }),
  }),
})

export const WindowInput = builder.inputType('KpiWindow', {
  description: 'From one moment to another: from <= time < to.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'Begin.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'End; 366 days later at most.' }),
  }),
})

export const FilterInput = builder.inputType('KpiFilter', {
  description: 'What counts: all conditions have to hold.',
  fields: (t) => ({
    orderIds: t.idList({ description: 'Only while these orders were worked on.' }),
    materialIds: t.idList({ description: 'Only while these materials were made.' }),
    personIds: t.idList({ description: 'Only while these persons worked: a group of persons.' }),
    shiftIds: t.idList({ description: 'Only in these shifts, such as NIGHT.' }),
    characteristicId: t.id({ description: 'Of capability indices: the characteristic measured.' }),
    subgroupSize: t.int({ description: 'Of capability indices: values of one subgroup; 1.' }),
  }),
})

/** Arguments that say as of when: `at`, `asKnownAt` and `atLeast`. */
export const momentArgs = (t: any) => ({
  at: t.arg({ type: 'DateTime', description: 'What happened later is left out.' }),
  asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
  atLeast: t.arg({
    type: 'Position',
    description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
  }),
})

/**
 * The moment these arguments ask about; null for now, once the read models are there.
 * @throws GraphQLError `InvalidInput` where `atLeast` is given for another time than now
 */
export async function momentOf(args: any, { reads }: Context): Promise<Moment | null> {
  const { at, asKnownAt, atLeast } = args
  const isNow = at == null && asKnownAt == null
  if (!isNow && atLeast != null)
    throw apiError('InvalidInput', 'atLeast does not go with at or asKnownAt.')
  await reads.waitFor(atLeast)
  if (isNow) return null
  return { at: at ?? undefined, ...knownAt(asKnownAt) }
}
