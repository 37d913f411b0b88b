import type { Calibration } from './backtest.ts'
import type { Compared } from './compare-scenarios.ts'
import type { MachinePower } from './running-power.ts'

/** What was asked of a scenario. */
export interface RunQuestion {
  readonly replications: number
  readonly horizonDays: number
  readonly policy: 'keep' | 'rule' | 'replan'
  /** Null unless the policy is a rule. */
  readonly rule: string | null
  /** How the floor of the base decides; absent: as that of the scenario. */
  readonly base?: Pick<RunQuestion, 'policy' | 'rule'>
  /** The scenario in place of the base; absent: history going on as it is. */
  readonly against?: RunOf
}

/** What a run found: the same scenario, question and version always give the same. */
export interface RunResult extends Compared, RunQuestion {
  readonly calibration: Calibration
  /** Operations and failures that chance was fitted to. */
  readonly fittedTo: number
  readonly failures: number
  readonly findings: readonly string[]
  /** With what power machines were reckoned, in the base and in the scenario; version 1 did not say. */
  readonly power?: {
    readonly base: readonly MachinePower[]
    readonly assumed: readonly MachinePower[]
  }
  /** Of the fork. */
  readonly position: number
  /** `SIMULATION_VERSION` of the code that ran it. */
  readonly version: number
  /** ISO-8601. */
  readonly ranAt: string
}

/** Of a scenario so many results stay; the oldest make room. */
export const MAX_RUNS_KEPT = 20

/** Of which scenario; an id may be given anew once it was dropped. */
export interface RunOf {
  readonly scenarioId: string
  readonly createdAt: string
}

/** Where results are kept: beside the log, never in it, and no longer than their scenario. */
export interface ScenarioRuns {
  /** Replaces the one of the same question. Nothing where the scenario is gone. */
  save(of: RunOf, result: RunResult): Promise<void>
  /** Newest first. */
  list(of: RunOf): Promise<readonly RunResult[]>
}

/** Two results of one question have the same key. */
export const questionKey = ({
  replications,
  horizonDays,
  policy,
  rule,
  base,
  against,
}: RunQuestion): string =>
  JSON.stringify([
    ...[replications, horizonDays, policy, rule],
    ...(base ? [base.policy, base.rule] : []),
    ...(against ? [against.scenarioId, against.createdAt] : []),
  ])
