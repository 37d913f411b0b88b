import { createGraphqlClient } from '../../src/adapters/plant/graphql-client.ts'
import { runPlant, type PlantProgress } from '../../src/adapters/plant/run.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger, startSystem } from '../../src/system.ts'
import { freshDatabase } from '../support/postgres.ts'

/** A whole Taktlog on a real PostgreSQL, driven over HTTP until the history of the plant is in. */
export async function runningPlant(seed: number) {
  const { connection, drop } = await freshDatabase()
  const { host, user, database } = connection
  const socket = new URLSearchParams({ host })
  const databaseUrl = `postgres://${user}@localhost/${database}?${socket}`
  const config = readConfig({}, { databaseUrl, port: 0, logLevel: 'warn' })
  const system = await startSystem(config, createLogger(config))
  const url = `${system.api!.url}/graphql`
  const stop = new AbortController()
  const lines: string[] = []
  const { promise: played, resolve } = Promise.withResolvers<PlantProgress>()
  const began = performance.now()
  const ended = runPlant({
    url,
    seed,
    signal: stop.signal,
    onProgress: (progress) => {
      if (progress.history === 1) resolve(progress)
    },
    log: (line) => lines.push(line),
  })
  const progress = await Promise.race([played, ended])
  const tookMs = performance.now() - began
  await system.reads.waitFor(await system.store.head(), 30_000)
  const client = createGraphqlClient(url, stop.signal, (why) => lines.push(why))
  return {
    ...{ system, url, progress, lines, tookMs, ask: client.ask },
    async end() {
      stop.abort()
      const counts = await ended
      await system.close()
      await drop()
      return counts
    },
  }
}
