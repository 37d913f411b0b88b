import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, instant, text } from '../types.ts'
import { stopEvents as e, type StopEvent } from './stop-events.ts'
import { stopReasons, type StopReasons } from './stop-reasons.ts'

/**
 * What people decided about the stops of one machine that began on one UTC day. A stop itself is
 * derived and has no stream; what is guarded here is that nobody overwrites a decision unseen. A
 * command names the version it saw (`basedOn`): the last decision that touches its stretch of time.
 */
const onStretch = {
  equipmentId: id,
  startedAt: instant.describe('Start of the stop as it was seen, also for a part of it.'),
  from: instant.describe('Start of the stop or of the part decided about.'),
  to: instant.nullable().default(null).describe('Its end; null while it is open.'),
  basedOn: z
    .number()
    .int()
    .nonnegative()
    .describe('`version` of the stop as it was seen; 0 where nobody had decided anything.'),
  decisionId: id.describe('Chosen by the sender, once per decision.'),
  personId: id.nullable().default(null),
  comment: text.nullable().default(null),
}
const { basedOn: _basedOn, comment: _comment, ...onComment } = onStretch

export const stopCommands = {
  ClassifyStop: z
    .object({
      type: z.literal('ClassifyStop'),
      ...onStretch,
      reasonId: id,
    })
    .describe(
      'Say why a machine stood still, or say it anew; earlier reasons stay in its history.',
    ),
  ClearStopClassification: z
    .object({ type: z.literal('ClearStopClassification'), ...onStretch })
    .describe('Take the reason of a stop back.'),
  SplitStop: z
    .object({ type: z.literal('SplitStop'), ...onStretch, at: instant })
    .describe('Make two stops of one at a moment; both keep its reason.'),
  JoinStops: z
    .object({ type: z.literal('JoinStops'), ...onStretch })
    .describe(
      'Make one stop of all from the start of the first to the end of the last; it keeps the reason ' +
        'they have in common, or has none.',
    ),
  CommentStop: z
    .object({ type: z.literal('CommentStop'), ...onComment, comment: text })
    .describe('Remark on a stop; changes nothing else.'),
}
export type StopCommand = CommandOf<typeof stopCommands>

/** What says which stretch of time a decision is about. */
export interface Stretch {
  readonly from: string
  readonly seenTo: string
}
interface Decision extends Stretch {
  readonly decisionId: string
  readonly version: number
}
interface StopDay {
  readonly decisions: readonly Decision[]
  /** Decisions and remarks, by id: none is made twice. */
  readonly ids: ReadonlySet<string>
}
/** Long enough for a machine that stands still all winter; reads look so far back. */
const MAX_STRETCH_MS = 366 * 86_400_000

export type StopRefusal =
  | 'StretchEmpty'
  | 'StretchTooLong'
  | 'OutsideOfStop'
  | 'ChangedMeanwhile'
  | 'ReasonUnknown'
  | 'ReasonRetired'

/** The last of these decisions that touches the stretch: its version, 0 for none. */
export const versionOf = (
  decisions: readonly (Stretch & { readonly version: number })[],
  { from, seenTo }: Stretch,
): number =>
  decisions.reduce(
    (last, d) => (d.from < seenTo && from < d.seenTo ? Math.max(last, d.version) : last),
    0,
  )

export const stopDay: Decider<StopCommand, StopDay, StopEvent, StopRefusal, StopReasons> = {
  context: 'equipment',
  category: 'stops',
  commands: stopCommands,
  events: e,
  id: (command) => `${command.equipmentId}-${command.startedAt.slice(0, 10)}`,
  initial: { decisions: [], ids: new Set() },
  consults: {
    decider: stopReasons,
    id: (command, site) => (command.type === 'ClassifyStop' ? site : null),
  },

  decide(command, state, { at, consulted: reasons }) {
    if (state.ids.has(command.decisionId)) return []
    const seenTo = command.to ?? at
    const refusal = illegal(command, seenTo) ?? conflict(command, seenTo, state)
    if (refusal) return refusal
    const content = { ...command, seenTo, version: state.ids.size + 1 }
    switch (content.type) {
      case 'ClassifyStop':
        return unusable(content.reasonId, reasons) ?? [e.classified(content)]
      case 'ClearStopClassification':
        return [e.cleared(content)]
      case 'SplitStop':
        return [e.split(content)]
      case 'JoinStops':
        return [e.joined(content)]
      case 'CommentStop':
        return [e.commented(content)]
    }
  },

  evolve(state, { type, data: { from, seenTo, decisionId, version } }) {
    const ids = new Set(state.ids).add(decisionId)
    if (type === 'StopCommented') return { ...state, ids }
    return { decisions: [...state.decisions, { from, seenTo, decisionId, version }], ids }
  },
}

function illegal(command: StopCommand, seenTo: string): Rejection<StopRefusal> | null {
  const { startedAt, from } = command
  if (seenTo <= from) return reject('StretchEmpty', `to ${seenTo} is not after from ${from}.`)
  if (Date.parse(seenTo) - Date.parse(from) > MAX_STRETCH_MS)
    return reject('StretchTooLong', `from ${from} to ${seenTo} is more than a year.`)
  if (from < startedAt)
    return reject('OutsideOfStop', `from ${from} is before startedAt ${startedAt}.`)
  if (command.type === 'SplitStop' && (command.at <= from || command.at >= seenTo))
    return reject('OutsideOfStop', `at ${command.at} is not between ${from} and ${seenTo}.`)
  return null
}

function conflict(
  command: StopCommand,
  seenTo: string,
  { decisions }: StopDay,
): Rejection<StopRefusal> | null {
  if (command.type === 'CommentStop') return null
  const version = versionOf(decisions, { from: command.from, seenTo })
  if (version === command.basedOn) return null
  const by = decisions.find((d) => d.version === version)
  return reject(
    'ChangedMeanwhile',
    `basedOn ${command.basedOn}: the stop is at version ${version}` +
      `${by ? `, by decision ${by.decisionId}` : ''}; look at it and decide again.`,
  )
}

function unusable(reasonId: string, reasons: StopReasons): Rejection<StopRefusal> | null {
  const known = reasons.get(reasonId)
  if (!known) return reject('ReasonUnknown', `reasonId ${reasonId} is no reason of the site.`)
  if (known.isRetired) return reject('ReasonRetired', `reasonId ${reasonId} has been retired.`)
  return null
}
