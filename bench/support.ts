import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { createLogger, openLog, startSystem, type Log, type System } from '../src/system.ts'
import { median, seconds } from './row.ts'

/** A log on a PostgreSQL of its own, with the settings users have: every commit reaches the disk. */
export const withLog = <T>(work: (log: Log, dataFolder: string) => Promise<T>): Promise<T> =>
  withFolder(async (dataFolder) => {
    const config = configOf(dataFolder)
    const log = await openLog(config, createLogger(config))
    try {
      return await work(log, dataFolder)
    } finally {
      await log.close()
    }
  })

/** The same with these roles running. */
export const withSystem = <T>(
  roles: readonly string[],
  work: (system: System) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> =>
  withFolder(async (dataFolder) => {
    const config = configOf(dataFolder, { TAKTLOG_ROLES: roles.join(','), ...settings })
    const system = await startSystem(config, createLogger(config))
    try {
      return await work(system)
    } finally {
      await system.close()
    }
  })

export async function withFolder<T>(work: (dataFolder: string) => Promise<T>): Promise<T> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'taktlog-bench-'))
  // Started by root, PostgreSQL runs as another user, who has to get in.
  chmodSync(dataFolder, 0o755)
  try {
    return await work(dataFolder)
  } finally {
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

export const configOf = (dataFolder: string, settings: Readonly<Record<string, string>> = {}) =>
  readConfig({ TAKTLOG_DATA: dataFolder, TAKTLOG_LOG_LEVEL: 'error', ...settings })

/** Runs `count` pieces of work, `inFlight` of them at a time. */
export async function concurrently(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

/** Rounds of A and B in turn, so that both meet the same moods of the machine; the first is warm-up. */
export async function inTurns(
  rounds: number,
  a: (round: number) => Promise<number>,
  b: (round: number) => Promise<number>,
): Promise<{ readonly a: number[]; readonly b: number[] }> {
  const figures = { a: [] as number[], b: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    const [x, y] = [await a(round), await b(round)]
    if (round === 0) continue
    figures.a.push(x)
    figures.b.push(y)
  }
  return figures
}

/** What a round took: seconds, and seconds of processor time of this process with all its threads. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.cpuUsage()
  const wall = await seconds(work)
  const { user, system } = process.cpuUsage(before)
  return { wall, cpu: (user + system) / 1e6 }
}

/**
 * Rounds of A and B in pairs, each the first of every other pair. A machine that others use too changes
 * from second to second, but less between two neighbours: what counts is the median of the pairs' ratios.
 */
export async function inPairs(
  pairs: number,
  a: (round: number) => Promise<Cost>,
  b: (round: number) => Promise<Cost>,
  /** What A leaves to be done later: every few rounds, each of which bears its share. */
  later?: { readonly every: number; readonly work: () => Promise<unknown> },
): Promise<{ readonly a: Cost; readonly ratio: Cost }> {
  const as: Cost[] = []
  const bs: Cost[] = []
  let rest = NOTHING
  for (let round = 0; round <= pairs; round++) {
    const first = await (round % 2 === 0 ? a : b)(round)
    const second = await (round % 2 === 0 ? b : a)(round)
    const left = later && round % later.every === 0 ? await costOf(later.work) : NOTHING
    // The first is warm-up.
    if (round === 0) continue
    as.push(round % 2 === 0 ? first : second)
    bs.push(round % 2 === 0 ? second : first)
    rest = { wall: rest.wall + left.wall / pairs, cpu: rest.cpu + left.cpu / pairs }
  }
  const whole = as.map(({ wall, cpu }) => ({ wall: wall + rest.wall, cpu: cpu + rest.cpu }))
  const ratios = whole.map((x, i) => ({ wall: x.wall / bs[i]!.wall, cpu: x.cpu / bs[i]!.cpu }))
  return { a: medianCost(whole), ratio: medianCost(ratios) }
}

const NOTHING: Cost = { wall: 0, cpu: 0 }

const medianCost = (costs: readonly Cost[]): Cost => ({
  wall: median(costs.map(({ wall }) => wall)),
  cpu: median(costs.map(({ cpu }) => cpu)),
})

export const SITE = 'BENCH'
const EPOCH = Date.UTC(2026, 0, 1)
export const envelope = (commandId: string) => ({
  commandId,
  actor: 'bench',
  site: SITE,
  source: 'bench',
})

export const releaseOrder = (orderId: string) => ({
  type: 'ReleaseOrder',
  orderId,
  materialId: 'gear',
  quantity: 100,
  unit: 'C62',
  dueAt: '2026-12-01T12:00:00.000Z',
  operations: [
    { operationId: '10', sequence: 10, name: 'Turn', workCentreId: 'LATHES' },
    { operationId: '20', sequence: 20, name: 'Mill', workCentreId: 'MILLS' },
    { operationId: '30', sequence: 30, name: 'Inspect', workCentreId: 'QA' },
  ],
})

const STATES = ['RUNNING', 'IDLE', 'SETUP', 'WAITING'] as const

/** The n-th state change of a plant, one a second all told. */
export const stateChange = (n: number, machine: number) => ({
  type: 'EquipmentStateChanged',
  data: { equipmentId: `M${machine}`, state: STATES[n % 4]!, nativeState: `S${n % 4}` },
  occurredAt: new Date(EPOCH + n * 1_000).toISOString(),
  sourceSequence: n,
})
