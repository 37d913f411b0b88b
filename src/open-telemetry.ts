import { createMetrics } from './adapters/prometheus/metrics.ts'
import type { Tracing } from './adapters/otel/tracer.ts'
import type { Telemetry } from './commands/telemetry.ts'
import { noTracer } from './commands/tracing.ts'
import type { Config } from './config.ts'

/** Metrics always; traces where an OTLP receiver is named, else nothing of OpenTelemetry is loaded. */
export async function openTelemetry(
  config: Pick<Config, 'otlpEndpoint' | 'otelService' | 'otelShare'>,
): Promise<Telemetry> {
  const metrics = createMetrics()
  if (!config.otlpEndpoint) return { metrics, tracer: noTracer }
  const { createTracing } = await import('./adapters/otel/tracer.ts')
  const tracer = await createTracing({
    endpoint: config.otlpEndpoint,
    serviceName: config.otelService,
    share: config.otelShare,
  })
  return { metrics, tracer }
}

/** Sends the spans that are left. */
export async function closeTelemetry({ tracer }: Telemetry): Promise<void> {
  await (tracer as Partial<Tracing>).close?.()
}
