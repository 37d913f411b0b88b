import { readFileSync } from 'node:fs'

/** What a running Taktlog said of itself at one moment. */
export interface Sample {
  /** Megabytes. */
  readonly residentMb: number
  readonly heapMb: number
  readonly cpuSeconds: number
  readonly position: number
  /** Of the read model that is furthest behind. */
  readonly lagSeconds: number
  /** Since the sample before, milliseconds. */
  readonly eventLoopP99Ms: number
}

const MB = 2 ** 20

/** @throws Error where the metrics cannot be had */
export async function sample(url: string, key: string): Promise<Sample> {
  const headers = key ? { authorization: `Bearer ${key}` } : {}
  const response = await fetch(`${url}/metrics`, { headers })
  if (!response.ok) throw new Error(`${url}/metrics answers with ${response.status}`)
  const lines = (await response.text()).split('\n')
  const most = (series: string): number =>
    lines
      .filter((line) => line.startsWith(`${series} `) || line.startsWith(`${series}{`))
      .reduce((max, line) => Math.max(max, Number(line.slice(line.lastIndexOf(' ') + 1))), 0)
  return {
    residentMb: most('process_resident_memory_bytes') / MB,
    heapMb: most('nodejs_heap_size_used_bytes') / MB,
    cpuSeconds: most('process_cpu_seconds_total'),
    position: most('taktlog_log_position'),
    lagSeconds: most('taktlog_projection_lag_seconds'),
    eventLoopP99Ms: most('nodejs_eventloop_lag_p99_seconds') * 1_000,
  }
}

const TICKS_PER_SECOND = 100

/** CPU seconds that a process and its living children have used; 0 where /proc has no such process. */
export function cpuOf(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything: state is the first field, user and system time follow.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const own = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
    const below = children === '' ? [] : children.split(' ').map(Number)
    return below.reduce((sum, child) => sum + cpuOf(child), own)
  } catch {
    return 0
  }
}
