import { executeBench } from './execute.ts'
import { recordBench } from './record.ts'
import type { Benchmark } from './row.ts'

/** In the order of the table. */
export const benchmarks: readonly Benchmark[] = [executeBench, recordBench]
