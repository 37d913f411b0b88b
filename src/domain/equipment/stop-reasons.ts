import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, reason, text } from '../types.ts'
import {
  stopCategory,
  stopReasonEvents as e,
  type StopCategory,
  type StopReasonEvent,
} from './stop-events.ts'

/**
 * Why machines of a site stand still, as a tree. Where a reason stands and what it counts as never
 * change, so a figure of the past keeps its meaning: what should count otherwise is a new reason.
 */
const MAX_DEPTH = 6
const onReason = { reasonId: id }
const name = text.refine((s) => s.trim().length > 0, 'must not be blank')

export const stopReasonCommands = {
  DefineStopReason: z
    .object({
      type: z.literal('DefineStopReason'),
      ...onReason,
      parentId: id.nullable().default(null).describe('Reason it refines; null at the top.'),
      name,
      category: stopCategory
        .nullable()
        .default(null)
        .describe('What the stop counts as; that of its parent by default.'),
    })
    .describe("Add a reason to a site's tree of reasons for stops."),
  RenameStopReason: z
    .object({ type: z.literal('RenameStopReason'), ...onReason, name })
    .describe('Give a reason for stops another name; its code stays.'),
  RetireStopReason: z
    .object({ type: z.literal('RetireStopReason'), ...onReason, reason })
    .describe('Offer a reason no longer. Stops that have it keep it.'),
}
export type StopReasonCommand = CommandOf<typeof stopReasonCommands>

interface Known {
  readonly parentId: string | null
  readonly name: string
  /** As first defined: the same wish sent again is already fulfilled. */
  readonly firstName: string
  readonly category: StopCategory
  readonly depth: number
  readonly isRetired: boolean
}
/** By reason code. */
export type StopReasons = ReadonlyMap<string, Known>
export type StopReasonRefusal =
  | 'ReasonUnknown'
  | 'ReasonRetired'
  | 'ReasonDiffers'
  | 'ParentUnknown'
  | 'ParentRetired'
  | 'CategoryMissing'
  | 'TooDeep'

export const stopReasons: Decider<
  StopReasonCommand,
  StopReasons,
  StopReasonEvent,
  StopReasonRefusal
> = {
  context: 'equipment',
  category: 'stopReasons',
  commands: stopReasonCommands,
  events: e,
  id: (_, site) => site,
  initial: new Map(),

  decide(command, state) {
    if (command.type === 'DefineStopReason') return define(command, state)
    const known = state.get(command.reasonId)
    if (!known)
      return reject('ReasonUnknown', `reasonId ${command.reasonId} is no reason of the site.`)
    if (command.type === 'RenameStopReason')
      return known.name === command.name ? [] : [e.renamed(command)]
    return known.isRetired ? [] : [e.retired(command)]
  },

  evolve(state, { type, data }) {
    const known = state.get(data.reasonId)
    if (type === 'StopReasonDefined') {
      const { parentId, name, category } = data
      const depth = 1 + (parentId === null ? 0 : (state.get(parentId)?.depth ?? 0))
      const added = { parentId, name, firstName: name, category, depth, isRetired: false }
      return new Map(state).set(data.reasonId, added)
    }
    if (!known) return state
    const changed =
      type === 'StopReasonRenamed' ? { ...known, name: data.name } : { ...known, isRetired: true }
    return new Map(state).set(data.reasonId, changed)
  },
}

function define(
  command: Extract<StopReasonCommand, { type: 'DefineStopReason' }>,
  state: StopReasons,
): readonly StopReasonEvent[] | Rejection<StopReasonRefusal> {
  const { reasonId, parentId, name } = command
  const parent = parentId === null ? null : state.get(parentId)
  const category = command.category ?? parent?.category
  const known = state.get(reasonId)
  if (known)
    return known.parentId === parentId &&
      known.category === category &&
      (known.name === name || known.firstName === name)
      ? []
      : reject('ReasonDiffers', `reasonId ${reasonId} is taken by ${known.name}.`)
  if (parent === undefined) return reject('ParentUnknown', `parentId ${parentId} is no reason.`)
  if (parent?.isRetired) return reject('ParentRetired', `parentId ${parentId} has been retired.`)
  if (!category)
    return reject(
      'CategoryMissing',
      `category is missing: ${reasonId} has no parent to take it of.`,
    )
  if ((parent?.depth ?? 0) >= MAX_DEPTH)
    return reject(
      'TooDeep',
      `parentId ${parentId} stands ${MAX_DEPTH} levels deep, the most there are.`,
    )
  return [e.defined({ ...command, category })]
}
