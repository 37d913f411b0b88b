import { SingleBar } from 'cli-progress'

/** How often a log file without a terminal hears of the progress. */
const LINE_MS = 5_000

export interface Progress {
  update(done: number, total: number): void
  stop(): void
}

/** A bar on standard error where that is a terminal, else a line every few seconds and at the end. */
export function createProgress(name: string, unit: string): Progress {
  return process.stderr.isTTY ? bar(name, unit) : lines(name, unit)
}

function bar(name: string, unit: string): Progress {
  const format = `${name} [{bar}] {percentage} % | {value}/{total} ${unit} | {speed}/s | {eta_formatted} left`
  const single = new SingleBar({ format, stream: process.stderr, hideCursor: true })
  const start = performance.now()
  let started = false
  return {
    update(done, total) {
      const speed = Math.round(done / Math.max((performance.now() - start) / 1_000, 0.001))
      if (!started) single.start(total, done, { speed })
      started = true
      single.setTotal(total)
      single.update(done, { speed })
    },
    stop: () => single.stop(),
  }
}

function lines(name: string, unit: string): Progress {
  let last = performance.now()
  let untold: string | null = null
  const tell = (): void => {
    if (untold !== null) console.error(untold)
    untold = null
  }
  return {
    update(done, total) {
      untold = `${name}: ${done} of ${total} ${unit}`
      if (performance.now() - last < LINE_MS) return
      last = performance.now()
      tell()
    },
    stop: tell,
  }
}
