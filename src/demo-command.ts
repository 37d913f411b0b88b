import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { demoQueries, documentOf } from './adapters/plant/queries.ts'
import { holderOf } from './adapters/postgres/folder-lock.ts'
import { runPlant } from './adapters/plant/run.ts'
import { ConfigError, type Config } from './config.ts'
import { createProgress } from './progress.ts'
import { createLogger, startSystem } from './system.ts'

/** Says that a folder was made by the demo and may be emptied by it. */
const MARK = '.taktlog-demo'
const WHOLE = 100
/** More would scroll the links off the screen. */
const PRINTED = 3

/**
 * `taktlog demo`: Taktlog on a fresh folder, a simulated plant that drives it through the public API,
 * and what to look at. Runs until the signal aborts.
 * @throws ConfigError when the data folder holds anything that is not an earlier demo
 */
export async function runDemo(config: Config, seed: number, signal: AbortSignal): Promise<void> {
  if (config.databaseUrl)
    throw new ConfigError('DATABASE_URL is set: the demo fills a folder of its own, unset it')
  freshFolder(config.dataFolder)
  const began = performance.now()
  const starters = demoQueries.map(documentOf)
  const system = await startSystem(config, createLogger(config), { starters })
  const url = `${system.api!.url}/graphql`
  const progress = createProgress('playing the last eight hours', '%')
  let told = false
  await runPlant({
    url,
    signal,
    seed,
    log: (line) => console.error(`plant: ${line}`),
    onProgress({ history, commands, observations }) {
      if (told) return
      progress.update(Math.floor(history * WHOLE), WHOLE)
      if (history < 1) return
      told = true
      progress.stop()
      const seconds = ((performance.now() - began) / 1_000).toFixed(1)
      console.log(
        `\nThe plant runs: ${commands} commands and ${observations} observations of the last eight ` +
          `hours in ${seconds} s, now live.`,
      )
      console.log(
        `\nGraphQL and GraphiQL:  ${url}\nSchema:                ${system.api!.url}/schema.graphql`,
      )
      console.log(`Metrics:               ${system.api!.url}/metrics\n\nThree queries to paste:`)
      for (const starter of starters.slice(0, PRINTED)) console.log(`\n${starter.trim()}`)
      console.log(
        `\nGraphiQL opens these and ${starters.length - PRINTED} more, a tab each.\nCtrl-C stops it.`,
      )
    },
  })
  progress.stop()
  console.log('Stopping ...')
  await system.close()
}

function freshFolder(folder: string): void {
  const mark = join(folder, MARK)
  const used = existsSync(folder) && readdirSync(folder).length > 0
  if (used && !existsSync(mark))
    throw new ConfigError(
      `TAKTLOG_DATA=${folder}: not empty and not a folder of the demo; choose another with --data`,
    )
  const holder = holderOf(resolve(folder))
  if (holder !== null)
    throw new ConfigError(`a demo runs on ${folder} already, process ${holder}; stop it first`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(resolve(folder), { recursive: true })
  writeFileSync(mark, 'Made by "taktlog demo", which empties this folder at every start.\n')
}
