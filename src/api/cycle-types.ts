import type { CycleSummary, ReducedSpeed } from '../projections/equipment/cycles.ts'
import { builder } from './builder.ts'

/** What was made, how many, and in what time. */
const made = (t: any) => ({
  materialId: t.exposeID('materialId', { nullable: true, description: 'What was made, if known.' }),
  operationId: t.exposeID('operationId', {
    nullable: true,
    description: 'Operation that was running, if known.',
  }),
  program: t.exposeString('program', { nullable: true, description: 'Program, if there was one.' }),
  counted: t.exposeFloat('counted', { description: 'Units counted.' }),
  runningMs: t.expose('runningMs', { type: 'Long', description: 'Running time for them.' }),
  actualMs: t.exposeFloat('actualMs', { description: 'Running time of one unit, milliseconds.' }),
})

export const CycleSummaryRef = builder.objectRef<CycleSummary>('CycleSummary').implement({
  description: 'Actual against ideal cycle time of one thing made.',
  fields: (t) => ({
    ...made(t),
    idealMs: t.exposeFloat('idealMs', {
      nullable: true,
      description: 'Ideal cycle time in milliseconds; null where nobody said one.',
    }),
    deviationMs: t.exposeFloat('deviationMs', {
      nullable: true,
      description: 'Actual less ideal, milliseconds; negative where it was faster.',
    }),
  }),
})

export const ReducedSpeedRef = builder.objectRef<ReducedSpeed>('ReducedSpeed').implement({
  description: 'A stretch in which cycles took longer than the ideal one and its tolerance.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Reading before its first unit.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Reading of its last unit.' }),
    ...made(t),
    idealMs: t.exposeFloat('idealMs', { description: 'Ideal cycle time in milliseconds.' }),
    lostMs: t.exposeFloat('lostMs', {
      description: 'Running time beyond what the ideal cycle time asks for, milliseconds.',
    }),
  }),
})
