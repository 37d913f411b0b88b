import { noMetrics, type Metrics } from './metrics.ts'
import { noTracer, type Tracer } from './tracing.ts'

/** What Taktlog tells of its own work. */
export interface Telemetry {
  readonly metrics: Metrics
  readonly tracer: Tracer
}

export const noTelemetry: Telemetry = { metrics: noMetrics, tracer: noTracer }
