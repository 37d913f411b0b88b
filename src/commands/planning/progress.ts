import { z } from 'zod'

/** How far a search has come. */
export const planProgress = z.object({
  planId: z.string(),
  status: z.enum(['WAITING', 'SEARCHING', 'PROPOSED', 'FAILED']),
  /** Of all workers. */
  iteration: z.number(),
  /** No plan is done earlier, seconds after it begins; null before the first answer. */
  bound: z.number().nullable(),
  /** Costs of the best so far, by part of the objective. */
  costs: z.record(z.string(), z.number()),
})
export type PlanProgress = z.output<typeof planProgress>

/** Between the processes on one database. Nothing is kept: who does not listen misses it. */
export interface Broadcast {
  /** To all other processes. Never fails: what cannot be told is lost. */
  readonly tell: (text: string) => void
  /** What other processes tell from now on; answers with the way to stop. */
  readonly hear: (listener: (text: string) => void) => () => void
}
