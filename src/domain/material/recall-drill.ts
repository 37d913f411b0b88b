import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { durationMs, id, instant, text } from '../types.ts'

/**
 * A recall that is practised: lots drawn by chance are traced both ways and compared with the log, so
 * that a genealogy that lost something is found at night, and not in the recall that needs it. What was
 * drawn follows from the seed, and what was found stays as a fact.
 */
const MAX_LOTS = 50
const MAX_PROBLEMS = 100
/**
 * Longest time one lot may take. FDA's traceability rule asks for records within 24 hours (21 CFR
 * 1.1455); somebody has to look up many lots within them, and waits at the screen for each.
 */
const LIMIT_MS = 60_000

const drilled = z.object({
  lotId: id,
  /** Nodes that it was made of, and that it went into, itself included. */
  backward: z.number().int().nonnegative(),
  forward: z.number().int().nonnegative(),
  /** Both traces together. */
  durationMs,
  /** What the mass balance leaves open, in the unit of the lot. */
  unexplained: z.number(),
  /** How the genealogy differs from the log, in words. */
  problems: z.array(text).max(MAX_PROBLEMS),
})
export type DrilledLot = z.output<typeof drilled>

const result = {
  drillId: id,
  seed: text,
  /** What the log held when it was drilled. */
  position: z.number().int().nonnegative(),
  startedAt: instant,
  lots: z.array(drilled).max(MAX_LOTS),
}

export const recallDrillEvents = {
  requested: event(
    'RecallDrillRequested',
    z.object({ drillId: id, seed: text, lotIds: z.array(id), sampleSize: z.number().int() }),
  ),
  passed: event('RecallDrillPassed', z.object(result)),
  /** An alarm: a recall would go wrong now. */
  failed: event('RecallDrillFailed', z.object({ ...result, why: z.array(text) })),
}
export type RecallDrillEvent = EventOf<typeof recallDrillEvents>
const e = recallDrillEvents

export const recallDrillCommands = {
  RequestRecallDrill: z
    .object({
      type: z.literal('RequestRecallDrill'),
      drillId: id.describe('Chosen by the sender; a drill runs once.'),
      lotIds: z.array(id).max(MAX_LOTS).default([]).describe('Drill these; by default by chance.'),
      sampleSize: z.number().int().min(1).max(MAX_LOTS).default(5).describe('How many by chance.'),
      seed: text.nullable().default(null).describe('What chance follows from; the drillId.'),
    })
    .describe('Practise a recall: trace lots both ways and compare the genealogy with the log.'),
  CompleteRecallDrill: z
    .object({ type: z.literal('CompleteRecallDrill'), ...result })
    .describe('Say what a drill found; done by itself when one was requested.'),
}
export type RecallDrillCommand = CommandOf<typeof recallDrillCommands>

type RecallDrill =
  | { readonly status: 'unknown' }
  | { readonly status: 'requested'; readonly wish: string }
  | { readonly status: 'completed'; readonly wish: string | null; readonly found: string }

export const recallDrill: Decider<
  RecallDrillCommand,
  RecallDrill,
  RecallDrillEvent,
  'DrillDiffers'
> = {
  context: 'material',
  category: 'recallDrill',
  internal: ['CompleteRecallDrill'],
  commands: recallDrillCommands,
  events: e,
  id: (command) => command.drillId,
  initial: { status: 'unknown' },
  decide(command, state) {
    const { drillId } = command
    if (command.type === 'RequestRecallDrill') {
      const { lotIds, sampleSize } = command
      const fact = e.requested({ drillId, lotIds, sampleSize, seed: command.seed ?? drillId })
      const wish = JSON.stringify(fact.data)
      if (state.status === 'unknown') return [fact]
      return state.wish === wish
        ? []
        : reject('DrillDiffers', `drillId ${drillId} is that of another drill.`)
    }
    const { type: _, ...found } = command
    if (state.status === 'completed')
      return state.found === JSON.stringify(foundOf(found))
        ? []
        : reject('DrillDiffers', `drillId ${drillId} has a result already.`)
    const why = found.lots.flatMap(problemsOf)
    return [why.length === 0 ? e.passed(found) : e.failed({ ...found, why })]
  },
  evolve(state, fact) {
    const wish = state.status === 'unknown' ? null : state.wish
    return fact.type === 'RecallDrillRequested'
      ? { status: 'requested', wish: JSON.stringify(fact.data) }
      : { status: 'completed', wish, found: JSON.stringify(foundOf(fact.data)) }
  },
}

/** What a repetition must repeat, members in one order. */
const foundOf = ({
  drillId,
  seed,
  position,
  startedAt,
  lots,
}: z.output<z.ZodObject<typeof result>>) => ({
  ...{ drillId, seed, position, startedAt },
  lots: lots.map((lot) => drilled.parse(lot)),
})

const problemsOf = ({ lotId, durationMs: took, unexplained, problems }: DrilledLot): string[] => [
  ...problems.map((problem) => `${lotId}: ${problem}`),
  ...(unexplained === 0 ? [] : [`${lotId}: the balance leaves ${unexplained} unexplained`]),
  ...(took <= LIMIT_MS ? [] : [`${lotId}: took ${took} ms, more than ${LIMIT_MS}`]),
]

/** FNV-1a, 32 bits: spreads names evenly, and is the same everywhere. */
const hash = (name: string): number =>
  Array.from(name).reduce((h, c) => Math.imul(h ^ c.codePointAt(0)!, 0x01000193) >>> 0, 0x811c9dc5)

/** So many of these, by a chance that follows from the seed: the same seed draws the same. */
export const drawn = (seed: string, lotIds: readonly string[], count: number): string[] =>
  lotIds
    .map((lotId) => ({ lotId, rank: hash(`${seed}/${lotId}`) }))
    .sort((a, b) => a.rank - b.rank || (a.lotId < b.lotId ? -1 : 1))
    .slice(0, count)
    .map(({ lotId }) => lotId)
