import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { normalQuantile } from '../../src/domain/planning/simulation/variation.ts'
import { streamKey, uniform } from '../../src/domain/planning/simulation/streams.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { plantWithApi } from './api.ts'

/** A plant that worked for three weeks, recorded by its public commands as time went on. */
const START = Date.parse('2029-12-01T00:00:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
export const DAYS = 21
/** The forecast is made here, and knows nothing of what comes after. */
export const FORK_DAY = 14
const MACHINES = 10
/** Of each machine: more than it gets done. */
const ORDERS = 45
const STANDARD = 12 * HOUR
/** What work really takes: a tenth more than the standard, and it spreads. */
const [MU, SIGMA] = [0.1, 0.15]
/** Orders are released so long before it is their turn. */
const AHEAD = 9 * DAY

interface Said {
  readonly at: number
  readonly type: string
  readonly input: object
}

/** Machines work off their orders one after the other. @param slower factor on work begun after the fork */
function history(slower: number): readonly Said[] {
  const said: Said[] = []
  const say = (at: number, type: string, input: object) => said.push({ at, type, input })
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    say(START, 'DefineHierarchyScope', {
      ...{ scopeId, level, parentId, name: scopeId, timeZone: level === 'SITE' ? 'UTC' : null },
    })
  scope('S1', 'SITE', null)
  scope('SHOP', 'WORK_CENTRE', 'S1')
  for (let machine = 0; machine < MACHINES; machine++) {
    const equipmentId = `M${machine}`
    scope(equipmentId, 'WORK_UNIT', 'SHOP')
    let free = START + HOUR
    for (let nth = 0; nth < ORDERS; nth++) {
      const orderId = `${equipmentId}-${nth}`
      const chance = uniform(streamKey(7, orderId), 0)
      const factor = free >= START + FORK_DAY * DAY ? slower : 1
      const work = Math.round(STANDARD * factor * Math.exp(MU + SIGMA * normalQuantile(chance)))
      say(Math.max(START + HOUR / 2, START + nth * STANDARD * 1.1 - AHEAD), 'ReleaseOrder', {
        ...{ orderId, materialId: 'gear', quantity: 1, unit: 'C62' },
        operations: [
          {
            ...{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: equipmentId },
            ...{ setupTimeMs: 0, runTimeMsPerUnit: STANDARD },
          },
        ],
      })
      const on = { orderId, operationId: '10', personId: 'P1' }
      say(free, 'StartOperation', { ...on, equipmentId })
      say(free + work, 'CompleteOperation', on)
      say(free + work, 'CompleteOrder', { orderId })
      free += work
    }
  }
  return said.toSorted((a, b) => a.at - b.at)
}

/** `until` plays the history up to a day; the clock then stands at its last fact. */
export async function workedPlant(slower = 1) {
  let now = START
  const plant = await plantWithApi([orders], undefined, { now: () => new Date(now).toISOString() })
  const said = history(slower)
  let next = 0
  const until = async (day: number): Promise<void> => {
    const end = START + day * DAY
    for (; next < said.length && said[next]!.at <= end; next++) {
      const { at, type, input } = said[next]!
      now = at
      const decider = deciders.find(({ commands }) => type in commands)!
      const outcome = await plant.execute(
        decider,
        { type, ...input },
        { commandId: `h${next}`, actor: 'spec', site: 'S1', source: 'spec' },
      )
      if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
    }
  }
  return { ...plant, until }
}
