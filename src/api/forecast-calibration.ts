import type { Policy } from '../domain/planning/simulation/policy.ts'
import type { Simulate } from '../domain/planning/simulation/simulated.ts'
import { calibrate, type Calibration } from '../projections/planning/backtest.ts'
import { forecasts } from '../projections/planning/compare-scenarios.ts'
import type { Fork } from '../projections/planning/fork.ts'
import type { Context } from './context.ts'
import { forkAt } from './fork-at.ts'

/** How far back forecasts are held against what happened. */
const DAYS_BACK = 7
const DAY_SECONDS = 86_400
const REPLICATIONS = 200
/** Planning anew searches in each of them. */
const REPLANNED = 20

interface Roll {
  readonly site: string
  /** The moment of `now`, ISO-8601. */
  readonly at: string
  readonly policy: Policy
  readonly simulate: Simulate
  readonly signal: AbortSignal
}

/**
 * Forks the log days before, simulates up to now without a look at what was recorded since, and holds the
 * forecasts of that time against what happened.
 */
export async function calibrationOf(
  context: Context,
  now: Fork,
  { site, at, policy, simulate, signal }: Roll,
): Promise<Calibration> {
  const then = new Date(Date.parse(at) - DAYS_BACK * DAY_SECONDS * 1_000).toISOString()
  const position = await context.reads.positionAt(then)
  const past = await forkAt(context, { site, at: then, position })
  const study = { problem: past.problem, variation: past.variation, policy, seed: 1 }
  const found = await simulate(study, {
    replications: policy.kind === 'replan' ? REPLANNED : REPLICATIONS,
    ...{ horizonSeconds: DAYS_BACK * DAY_SECONDS, signal },
  })
  return calibrate(found ? forecasts(past, found) : new Map(), now.orders, { at: then, now: at })
}
