/** `node bench/rebuild-child.ts DATA`: rebuilds every projection and says what it took, as JSON. */
import { createTables } from '../src/adapters/postgres/tables.ts'
import { keepHeapSmall } from '../src/heap.ts'
import { projections } from '../src/projections/index.ts'
import { rebuild } from '../src/projections/rebuild.ts'
import { createLogger, openLog } from '../src/system.ts'
import { seconds } from './row.ts'
import { configOf } from './support.ts'

keepHeapSmall()
const config = configOf(process.argv[2]!)
const log = await openLog(config, createLogger(config), { attach: true })
const { store, database } = log
const events = await store.head()
const took = await seconds(async () => {
  const { signal } = new AbortController()
  const built = await rebuild(projections, { store, tables: createTables(database), signal })
  const failed = built.find(({ done }) => !done)
  if (failed) throw new Error(`${failed.projection} did not get to the end`)
})
await log.close()
// Linux and macOS give kilobytes here; libuv makes them the same.
const residentMb = process.resourceUsage().maxRSS / 1_024
console.log(JSON.stringify({ events, seconds: took, residentMb }))
