import { z } from 'zod'
import { id, instant, text } from '../../domain/types.ts'

/** More assumptions are another plant, not a question about this one. */
export const MAX_ASSUMPTIONS = 50

/**
 * One thing that a scenario takes for granted: a command as the API has it, decided by the same rules. So a
 * machine that is down is planned down time, a rush order is released, a delay is another date of a receipt.
 */
export const assumptionSchema = z.object({
  type: text,
  occurredAt: instant.nullable().default(null),
  input: z.record(z.string(), z.unknown()),
})
export type Assumption = z.output<typeof assumptionSchema>

/** A question: history up to a position, and what is assumed from there on. */
export interface Scenario {
  readonly scenarioId: string
  readonly site: string
  readonly name: string
  /** History up to here is real. */
  readonly position: number
  /** The moment of the fork, ISO-8601. */
  readonly at: string
  readonly createdAt: string
  readonly createdBy: string
  /** Those not kept are dropped when there are too many. */
  readonly kept: boolean
  readonly assumptions: readonly Assumption[]
}

export const scenarioSchema = z.object({
  scenarioId: id,
  name: text,
  assumptions: z.array(assumptionSchema).max(MAX_ASSUMPTIONS),
})

/** Where scenarios are kept: a table of its own beside the log, never in it. */
export interface ScenarioStore {
  /** False where the id is taken. */
  add(scenario: Scenario): Promise<boolean>
  find(scenarioId: string): Promise<Scenario | null>
  /** Newest first. `sites` null opens all. */
  list(sites: readonly string[] | null): Promise<readonly Scenario[]>
  keep(scenarioId: string, kept: boolean): Promise<void>
  drop(scenarioId: string): Promise<void>
}
