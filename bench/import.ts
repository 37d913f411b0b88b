import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { importMtconnect } from '../src/adapters/import/mtconnect.ts'
import { row, type Benchmark } from './row.ts'
import { withLog } from './support.ts'

const FOLDER = resolve(import.meta.dirname, '../../shared/data/nist/raw')
const PLANT = { site: 'NIST', timeZone: 'America/New_York' }

/** Logs of real machines (NIST Smart Manufacturing Systems Test Bed), from file to durable facts. */
export const importBench: Benchmark = {
  name: 'import',
  about: 'MTConnect logs of a plant of NIST',
  async run() {
    if (!existsSync(FOLDER)) {
      console.error(`  skipped: ${FOLDER} is not there`)
      return []
    }
    return withLog(async ({ execute, services, store }) => {
      const files = readdirSync(FOLDER).map((name) => join(FOLDER, name))
      const deps = { execute, record: services.record, store }
      const { lines, seconds } = await importMtconnect(files, PLANT, deps)
      return [row('import of MTConnect logs', { value: lines / seconds, unit: 'lines/s' }, null)]
    })
  },
}
