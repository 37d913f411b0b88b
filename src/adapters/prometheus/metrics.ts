import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import {
  counters,
  gauges,
  histograms,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type Labels,
  type Metrics,
} from '../../commands/metrics.ts'
import { createSeries, observe, type Series } from './series.ts'

/** A database that does not answer must not keep the scraper from the rest; its own limit is 10 s. */
const READ_WITHIN_MS = 3_000
const NONE: Labels = {}

/**
 * The series of this process, in a registry of its own, with what `prom-client` tells of the runtime:
 * CPU, memory, heap, garbage collection, event-loop delay (`process_...` and `nodejs_...`).
 */
export function createMetrics(): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })
  const counting = mapOf<CounterName, Described, Series>(counters, (name, series) =>
    createSeries(name, series, null),
  )
  const measuring = mapOf<HistogramName, Sized, Series & Sized>(histograms, (name, series) => ({
    ...series,
    ...createSeries(name, series, series.buckets),
  }))
  const showing = mapOf<GaugeName, Described, Gauge>(
    gauges,
    (name, { help, labels = [] }) => new Gauge({ name, help, labelNames: labels, registers }),
  )
  const readers: Parameters<Metrics['gauges']>[0][] = []

  const count: Metrics['count'] = (name, labels = NONE, by = 1) => {
    counting.get(name)!.cell(labels).count += by
  }
  const read = async (reader: (typeof readers)[number]): Promise<void> => {
    const found = await inTime(reader()).catch(() => null)
    if (found === null) return count('taktlog_scrape_failures_total')
    for (const [name, readings] of Object.entries(found))
      for (const [labels, value] of readings) showing.get(name as GaugeName)!.set(labels, value)
  }

  return {
    count,
    observe(name, value, labels = NONE) {
      const series = measuring.get(name)!
      observe(series.cell(labels), series.buckets, value)
    },
    gauges: (reader) => void readers.push(reader),
    async text() {
      // What could not be read now is absent, not as it was before.
      for (const gauge of showing.values()) {
        gauge.reset()
        // One without labels would be zero instead.
        gauge.remove({})
      }
      await Promise.all(readers.map(read))
      const ours = [...counting.values(), ...measuring.values()].map((series) => series.text())
      return ours.join('') + (await registry.metrics())
    },
  }
}

interface Described {
  readonly help: string
  readonly labels?: readonly string[]
}
interface Sized extends Described {
  readonly buckets: readonly number[]
}

const mapOf = <N extends string, S, M>(
  series: Readonly<Record<N, S>>,
  make: (name: string, series: S) => M,
): ReadonlyMap<N, M> =>
  new Map(Object.entries<S>(series).map(([name, one]) => [name as N, make(name, one)]))

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), READ_WITHIN_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
