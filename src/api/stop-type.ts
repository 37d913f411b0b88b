import { equipmentState } from '../domain/equipment/events.ts'
import type { StopDecision } from '../projections/equipment/stop-parts.ts'
import { stopReasonKey, stopReasonTree } from '../projections/equipment/stop-reasons.ts'
import type { Stop } from '../projections/equipment/stops.ts'
import { builder } from './builder.ts'
import { enumOf } from './inputs.ts'
import type { MachineStop } from './machine-stops.ts'
import { StopCategory, StopElement, StopReasonRef } from './stop-reasons.ts'

const EquipmentState = enumOf(equipmentState, 'EquipmentState')

export const StopKind = builder.enumType('StopKind', {
  description: 'Whether a stop has to be explained.',
  values: {
    STOP: { description: 'As long as the limit or longer, or somebody decided about it.' },
    MICRO: { description: 'Shorter than the limit that holds for the machine.' },
  },
})
const DecisionKind = builder.enumType('StopDecisionKind', {
  description: 'What somebody decided about a stretch of standing still.',
  values: {
    CLASSIFIED: { description: 'Gave it a reason.' },
    CLEARED: { description: 'Took its reason back.' },
    SPLIT: { description: 'Made two stops of it.' },
    JOINED: { description: 'Made one stop of several.' },
    COMMENTED: { description: 'Remarked on it.' },
  },
})

export const StopDecisionRef = builder.objectRef<StopDecision>('StopDecision').implement({
  description: 'What somebody decided about a stop; nothing is ever overwritten.',
  fields: (t) => ({
    decisionId: t.exposeID('decisionId', { description: 'Chosen by who decided.' }),
    kind: t.expose('kind', { type: DecisionKind, description: 'What was decided.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Start of the stretch it is about.' }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'Its end; null: the stop was open, and the decision lasts as long as it does.',
    }),
    at: t.expose('at', {
      type: 'DateTime',
      nullable: true,
      description: 'Where it was split.',
    }),
    reason: t.field({
      type: StopReasonRef,
      nullable: true,
      description: 'Reason it was given.',
      resolve: async ({ site, reasonId }, _, { reads }) =>
        reasonId === null ? null : reads.load(stopReasonTree, stopReasonKey(site, reasonId)),
    }),
    comment: t.exposeString('comment', { nullable: true, description: 'Remark.' }),
    decidedBy: t.exposeID('decidedBy', { description: 'Person named, or who sent it.' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', description: 'When.' }),
  }),
})

const StateShareRef = builder.objectRef<Stop['states'][number]>('StopState').implement({
  description: 'How much of a stop a machine was in a state.',
  fields: (t) => ({
    state: t.expose('state', { type: EquipmentState, description: 'The state.' }),
    durationMs: t.expose('durationMs', { type: 'Long', description: 'In milliseconds.' }),
  }),
})

export const StopRef = builder.objectRef<MachineStop>('Stop').implement({
  description:
    'A longest run of standing still within scheduled time, or a part of it, or several that were ' +
    'joined. Derived: it opens, closes and moves by itself as facts come, however late.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'Start of the stop that this is a part of; commands name it.',
    }),
    from: t.expose('from', { type: 'DateTime', description: 'When it began.' }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it is open.',
    }),
    isOpen: t.boolean({
      description: 'Still standing.',
      complexity: 0,
      resolve: ({ to }) => to === null,
    }),
    durationMs: t.expose('durationMs', {
      type: 'Long',
      description: 'Scheduled time that it stood still so far; breaks do not count.',
    }),
    kind: t.expose('kind', { type: StopKind, description: 'Stop or micro-stop.' }),
    state: t.expose('state', {
      type: EquipmentState,
      description: 'State that took most of it.',
    }),
    nativeState: t.exposeString('nativeState', {
      nullable: true,
      description: 'That state in the words of the source.',
    }),
    sourceReason: t.exposeString('sourceReason', {
      nullable: true,
      description: 'Why, in the words of the source.',
    }),
    states: t.field({
      type: [StateShareRef],
      description: 'All states it was in, longest first.',
      resolve: ({ states }) => [...states],
    }),
    day: t.expose('day', {
      type: 'Date',
      description:
        "Day it counts for: the plant day of the shift it began in, else the site's local day.",
    }),
    shiftId: t.id({
      nullable: true,
      description: 'Shift it began in; null where no calendar says one.',
      complexity: 0,
      resolve: ({ schedule }) => schedule.shiftId,
    }),
    classification: t.expose('classification', {
      type: StopDecisionRef,
      nullable: true,
      description: 'The classification that holds; null where nobody said why.',
    }),
    category: t.expose('category', {
      type: StopCategory,
      description: 'What it counts as: by its reason, else guessed from the state.',
    }),
    element: t.expose('element', {
      type: StopElement,
      description: 'Time element of its category.',
    }),
    version: t.exposeInt('version', {
      description: 'What the next decision has to name as `basedOn`.',
    }),
    history: t.field({
      type: [StopDecisionRef],
      description: 'All that was ever decided about it, earliest first.',
      resolve: ({ history }) => [...history],
    }),
  }),
})
