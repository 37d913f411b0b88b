import { auditBench } from './audit.ts'
import { energyBench } from './energy.ts'
import { executeBench } from './execute.ts'
import { graphqlBench } from './graphql.ts'
import { importBench } from './import.ts'
import { kafkaBench } from './kafka.ts'
import { kurrentdbBench } from './kurrentdb.ts'
import { kpiBench } from './kpi.ts'
import { planningBench } from './planning.ts'
import { readBench } from './read.ts'
import { rebuildBench } from './rebuild.ts'
import { replayBench } from './replay.ts'
import { recordBench } from './record.ts'
import { liveBench } from './live.ts'
import type { Benchmark } from './row.ts'
import { shiftsBench } from './shifts.ts'
import { simulationBench } from './simulation.ts'
import { telemetryBench } from './telemetry.ts'
import { traceBench } from './trace.ts'
import { treeBench } from './tree.ts'
import { verifyBench } from './verify.ts'
import { visibleBench } from './visible.ts'

/** In the order of the table. */
export const benchmarks: readonly Benchmark[] = [
  executeBench,
  recordBench,
  visibleBench,
  liveBench,
  rebuildBench,
  readBench,
  graphqlBench,
  importBench,
  energyBench,
  kpiBench,
  shiftsBench,
  traceBench,
  kurrentdbBench,
  kafkaBench,
  treeBench,
  verifyBench,
  telemetryBench,
  auditBench,
  replayBench,
  simulationBench,
  planningBench,
]
