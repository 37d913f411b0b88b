import {
  durationKey,
  type BreakdownModel,
  type DurationModel,
  type Variation,
} from './variation.ts'

/** Work that was done, against what was planned for it, in seconds. */
export interface DurationSample {
  readonly equipment: string
  readonly operation: string
  readonly planned: number
  readonly actual: number
}

/** What a machine did in a time: seconds of work, failures and seconds of repair. */
export interface Exposure {
  readonly equipment: string
  readonly busySeconds: number
  readonly failures: number
  readonly repairSeconds: number
}

/** What was planned, or what others did, weighs as much as so many observations. */
const PRIOR_SAMPLES = 5
/** The same for failures: they are rare, and each tells more. */
const PRIOR_FAILURES = 2
/** Spread that work has where nothing is known of it. */
const PRIOR_SIGMA = 0.2
/** Further from the plan it was not this work alone: a clock left running, a booking of several days. */
const MOST_FACTOR = 20

/**
 * Actual over planned time, by machine and operation: the mean of a group is drawn towards that of all, and
 * that towards 1, the fewer observations there are the more. A group without any has what all have.
 */
export function fitDurations(
  samples: readonly DurationSample[],
): Pick<Variation, 'durations' | 'otherwise'> {
  const usable = samples.filter(
    ({ planned, actual }) =>
      planned > 0 && actual > 0 && Math.abs(Math.log(actual / planned)) < Math.log(MOST_FACTOR),
  )
  const ratio = ({ planned, actual }: DurationSample) => Math.log(actual / planned)
  const otherwise = shrunk(usable.map(ratio), { mu: 0, sigma: PRIOR_SIGMA })
  // A machine and operation of which nothing is known yet differs from all as the others do.
  const unseen = { ...otherwise, error: otherwise.sigma / Math.sqrt(PRIOR_SAMPLES) }
  const groups = Map.groupBy(usable, (one) => durationKey(one.equipment, one.operation))
  return {
    otherwise: unseen,
    durations: new Map([...groups].map(([key, own]) => [key, shrunk(own.map(ratio), otherwise)])),
  }
}

function shrunk(values: readonly number[], prior: DurationModel): DurationModel {
  const weight = values.length + PRIOR_SAMPLES
  const mu = (values.reduce((sum, y) => sum + y, 0) + PRIOR_SAMPLES * prior.mu) / weight
  const squares = values.reduce((sum, y) => sum + (y - mu) ** 2, 0)
  const variance = (squares + PRIOR_SAMPLES * prior.sigma ** 2) / weight
  const sigma = Math.sqrt(variance)
  // What is drawn towards others by so many observations differs from them by so much.
  return { mu, sigma, error: sigma / Math.sqrt(weight) }
}

/** Time between failures and of repair, drawn towards those of all machines; none where nothing ever failed. */
export function fitBreakdowns(exposures: readonly Exposure[]): ReadonlyMap<string, BreakdownModel> {
  const sum = (of: (one: Exposure) => number) => exposures.reduce((all, one) => all + of(one), 0)
  const failures = sum((one) => one.failures)
  const busy = sum((one) => one.busySeconds)
  if (failures === 0 || busy === 0) return new Map()
  const meanRepair = sum((one) => one.repairSeconds) / failures
  return new Map(
    exposures.map(({ equipment, ...own }) => {
      const seen = own.failures + PRIOR_FAILURES
      return [
        equipment,
        {
          mtbfSeconds: (own.busySeconds + (PRIOR_FAILURES * busy) / failures) / seen,
          mttrSeconds: (own.repairSeconds + PRIOR_FAILURES * meanRepair) / seen,
        },
      ]
    }),
  )
}
