import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { durationMs, id, instant, reason, text } from '../types.ts'

/** What was lost while a machine stood still, named as a shift lead names it. */
export const stopCategory = z
  .enum([
    'PLANNED',
    'SETUP',
    'BREAKDOWN',
    'MINOR_STOP',
    'WAITING_MATERIAL',
    'WAITING_PERSONNEL',
    'WAITING_OTHER',
    'QUALITY',
    'NO_ORDER',
    'PREVENTIVE_MAINTENANCE',
    'CORRECTIVE_MAINTENANCE',
    'OTHER',
  ])
  .meta({ id: 'StopCategory' })
export type StopCategory = z.output<typeof stopCategory>

/**
 * Time element of ISO 22400-2 that a stop of a category belongs to, as published in open sources:
 * PDOT planned down, AUST setup, ADET delay, ADOT down without an order, PMT and CMT maintenance.
 */
export type StopElement = 'PDOT' | 'AUST' | 'ADET' | 'ADOT' | 'PMT' | 'CMT'

const ELEMENTS: Readonly<Record<StopCategory, StopElement>> = {
  PLANNED: 'PDOT',
  SETUP: 'AUST',
  BREAKDOWN: 'ADET',
  MINOR_STOP: 'ADET',
  WAITING_MATERIAL: 'ADET',
  WAITING_PERSONNEL: 'ADET',
  WAITING_OTHER: 'ADET',
  QUALITY: 'ADET',
  NO_ORDER: 'ADOT',
  PREVENTIVE_MAINTENANCE: 'PMT',
  CORRECTIVE_MAINTENANCE: 'CMT',
  OTHER: 'ADET',
}
export const stopElement = (category: StopCategory): StopElement => ELEMENTS[category]

/** The tree of reasons a site classifies its stops by; one stream a site. */
export const stopReasonEvents = {
  defined: event(
    'StopReasonDefined',
    z.object({
      reasonId: id,
      /** Null for a branch at the top. */
      parentId: id.nullable(),
      name: text,
      category: stopCategory,
    }),
  ),
  renamed: event('StopReasonRenamed', z.object({ reasonId: id, name: text })),
  retired: event('StopReasonRetired', z.object({ reasonId: id, reason })),
}
export type StopReasonEvent = EventOf<typeof stopReasonEvents>

/** From `validFrom` on a shorter stop is a micro-stop: counted and timed, but nobody has to explain it. */
export const stopRuleEvents = {
  set: event(
    'MicroStopLimitSet',
    z.object({ scopeId: id, limitMs: durationMs, validFrom: instant }),
  ),
}
export type StopRuleEvent = EventOf<typeof stopRuleEvents>

/**
 * Decisions of people about stretches of time in which a machine stood still. None names a stop:
 * stops are derived and move when late data comes; a stretch of time does not.
 */
const onStretch = {
  equipmentId: id,
  /** Start of the stop as it was seen; its day makes the stream. */
  startedAt: instant,
  /** The stretch decided about. */
  from: instant,
  /** Null: the stop was still open, and the decision lasts as long as that stop does. */
  to: instant.nullable(),
  /** Until when the stop was seen: `to`, or when it was decided. */
  seenTo: instant,
  decisionId: id,
  /** Place among the decisions of the stream, from 1: the version it makes. */
  version: z.number().int().positive(),
  personId: id.nullable(),
  comment: text.nullable(),
}
export const stopEvents = {
  classified: event('StopClassified', z.object({ ...onStretch, reasonId: id })),
  /** The stretch has no reason any more. */
  cleared: event('StopClassificationCleared', z.object(onStretch)),
  /** The stop is two from here on; both keep the reason they had. */
  split: event('StopSplit', z.object({ ...onStretch, at: instant })),
  /** All that stood still within the stretch is one stop. */
  joined: event('StopsJoined', z.object(onStretch)),
  commented: event('StopCommented', z.object(onStretch)),
}
export type StopEvent = EventOf<typeof stopEvents>
