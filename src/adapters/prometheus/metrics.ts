import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
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
  const counting = mapOf<CounterName, Described, Counter>(
    counters,
    (name, { help, labels = [] }) => new Counter({ name, help, labelNames: labels, registers }),
  )
  const measuring = mapOf<HistogramName, Sized, Histogram>(
    histograms,
    (name, { help, labels = [], buckets }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
  )
  const showing = mapOf<GaugeName, Described, Gauge>(
    gauges,
    (name, { help, labels = [] }) => new Gauge({ name, help, labelNames: labels, registers }),
  )
  const counter = remembered((name: CounterName, labels) => counting.get(name)!.labels(labels))
  const histogram = remembered((name: HistogramName, labels) => measuring.get(name)!.labels(labels))
  const readers: Parameters<Metrics['gauges']>[0][] = []

  const read = async (reader: (typeof readers)[number]): Promise<void> => {
    const found = await inTime(reader()).catch(() => null)
    if (found === null) return counting.get('taktlog_scrape_failures_total')!.inc()
    for (const [name, readings] of Object.entries(found))
      for (const [labels, value] of readings) showing.get(name as GaugeName)!.set(labels, value)
  }

  return {
    count: (name, labels = NONE, by = 1) => counter(name, labels).inc(by),
    observe: (name, value, labels = NONE) => histogram(name, labels).observe(value),
    gauges: (reader) => void readers.push(reader),
    async text() {
      // What could not be read now is absent, not as it was before.
      for (const gauge of showing.values()) {
        gauge.reset()
        // One without labels would be zero instead.
        gauge.remove({})
      }
      await Promise.all(readers.map(read))
      return registry.metrics()
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

/** The series of a name and its labels: prom-client checks and sorts the labels at each look-up. */
function remembered<N extends string, M>(find: (name: N, labels: Labels) => M) {
  const found = new Map<string, M>()
  return (name: N, labels: Labels): M => {
    let key: string = name
    for (const label in labels) key += `,${label}=${labels[label]}`
    const known = found.get(key)
    if (known) return known
    const series = find(name, labels)
    found.set(key, series)
    return series
  }
}

async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), READ_WITHIN_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
