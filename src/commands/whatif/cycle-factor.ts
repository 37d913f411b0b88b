import { z } from 'zod'
import { id } from '../../domain/types.ts'
import type { Scenario } from './scenario.ts'

/** Ten times as fast or as slow is another machine. */
const MOST = 10

/**
 * The one assumption that is no command, as no fact of a plant says it: all that is still to be done on a machine
 * takes so many times as long, but for changeovers of its setup matrix. It holds from the fork on, so it is about
 * the days to come.
 */
export const SCALE_CYCLE_TIME = 'ScaleCycleTime'
export const cycleFactor = z.object({
  equipmentId: id,
  factor: z
    .number()
    .min(1 / MOST)
    .max(MOST),
})

/** By machine; of several for one machine the last counts. */
export const cycleFactorsOf = ({
  assumptions,
}: Pick<Scenario, 'assumptions'>): ReadonlyMap<string, number> =>
  new Map(
    assumptions
      .filter(({ type }) => type === SCALE_CYCLE_TIME)
      .map(({ input }) => cycleFactor.parse(input))
      .map(({ equipmentId, factor }) => [equipmentId, factor]),
  )
