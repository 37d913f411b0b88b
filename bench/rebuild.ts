import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readAll } from './read.ts'
import { row, seconds, type Benchmark } from './row.ts'
import { withLog } from './support.ts'
import { BLOCK, play } from './traffic.ts'

const EVENTS = 1_000_000
const CHILD = join(import.meta.dirname, 'rebuild-child.ts')

interface Told {
  readonly events: number
  readonly seconds: number
  readonly residentMb: number
}

/** Every projection anew from two weeks of a plant, indexes included, in a process of its own. */
export const rebuildBench: Benchmark = {
  name: 'rebuild',
  about: 'all projections from 1 M events of all kinds',
  run: () =>
    withLog(async (log, dataFolder) => {
      await play(log, 0, EVENTS / BLOCK)
      await log.pool.query('vacuum analyze')
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, dataFolder])
      const told = JSON.parse(stdout) as Told
      const reading = await seconds(() => readAll(log.store))
      return [
        row(
          'rebuild of all projections',
          { value: told.events / told.seconds, unit: 'events/s' },
          { reference: 'reading the same log', value: told.events / reading },
          { atLeast: 80_000 },
        ),
        row('its resident memory', { value: told.residentMb, unit: 'MB' }, null, { atMost: 600 }),
      ]
    }),
}
