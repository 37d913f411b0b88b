import { afterAll, beforeAll, expect, test } from 'vitest'
import { demandWatch } from '../../src/commands/energy/watch-demand.ts'
import { runPolicy } from '../../src/commands/policy.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { demandLimit } from '../../src/domain/energy/demand-limit.ts'
import { meter } from '../../src/domain/energy/meter.ts'
import { ofEnergy } from '../energy/read-models.ts'
import { plantWithApi } from '../support/api.ts'

/**
 * The clock of the plant stands at the first moment of 2030 UTC, in the middle of an hour of Kolkata:
 * the window that is running began at 23:30 of the day before.
 */
const before = (minutes: number): string =>
  new Date(Date.UTC(2030, 0, 1) - minutes * 60_000).toISOString()
let plant: Awaited<ReturnType<typeof plantWithApi>>
const stopped = new AbortController()
let watching: Promise<void>

async function meterWithLimit(meterId: string): Promise<void> {
  const content = { meterId, name: meterId, scopeId: null, medium: 'ELECTRICITY' }
  const limit = { meterId, limitKw: 60, windowMinutes: 60, timeZone: 'Asia/Kolkata' }
  for (const [decider, command] of [
    [meter, { type: 'RegisterMeter', ...content }],
    [demandLimit, { type: 'SetDemandLimit', ...limit }],
  ] as const) {
    const commandId = `${meterId}/${command.type}`
    const envelope = { commandId, actor: 'spec', site: 'S1', source: 'spec' }
    const outcome = await plant.execute(decider, command, envelope)
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
}
const quarter = (meterId: string, end: number, energyKwh: number) =>
  plant.record(
    [
      {
        ...{ type: 'EnergyMeasured', occurredAt: before(end) },
        data: { meterId, from: before(end + 15), to: before(end), energyKwh },
      },
    ],
    { source: 'spec', site: 'S1', actor: 'spec' },
  )

beforeAll(async () => {
  plant = await plantWithApi(ofEnergy)
  const { store, execute } = plant.services
  const checkpoints = { load: async () => 0, save: async () => {} }
  watching = runPolicy(demandWatch, { store, execute, checkpoints, signal: stopped.signal })
})
afterAll(async () => {
  stopped.abort()
  await watching
  await plant.end()
})

test('the running window is told each time its meter has reported', async () => {
  await meterWithLimit('LIVE')
  await meterWithLimit('OTHER')
  const changes = await plant.listen(`subscription { demandWindowChanged(meterIds: ["LIVE"]) {
    meterId from to usedKwh observedTo forecastKw limitKw headroomKw } }`)
  const next = async () => (await changes.next()).value.data.demandWindowChanged
  // The subscription begins with the first pull, and hears what comes after it.
  const first = next()
  await quarter('OTHER', 15, 99)
  await quarter('LIVE', 15, 10)
  const window = { meterId: 'LIVE', from: before(30), to: before(-30), limitKw: 60 }
  expect(await first).toEqual({
    ...{ ...window, usedKwh: 10, observedTo: before(15), forecastKw: 40 },
    headroomKw: expect.closeTo(50 / 0.75, 9),
  })
  const second = next()
  await quarter('LIVE', 0, 20)
  expect(await second).toEqual({
    ...{ ...window, usedKwh: 30, observedTo: before(0), forecastKw: 70, headroomKw: 60 },
  })
  await changes.return(undefined)
})

test('alarms are raised by themselves and told as they come, once a window', async () => {
  await meterWithLimit('HOT')
  const changes = await plant.listen(`subscription { demandAlarmRaised(meterIds: ["HOT"]) {
    meterId kind windowFrom windowTo usedKwh forecastKw observedTo } }`)
  const next = async () => (await changes.next()).value.data.demandAlarmRaised
  const first = next()
  await quarter('HOT', 15, 20)
  const window = { meterId: 'HOT', windowFrom: before(30), windowTo: before(-30) }
  expect(await first).toEqual({
    ...{ ...window, kind: 'THREATENED', usedKwh: 20, forecastKw: 80, observedTo: before(15) },
  })
  const second = next()
  // Ends exactly at midnight UTC, where another stream of readings begins.
  await quarter('HOT', 0, 45)
  expect(await second).toEqual({
    ...{ ...window, kind: 'EXCEEDED', usedKwh: 65, forecastKw: null, observedTo: before(0) },
  })
  const { demandAlarms } = await plant.ask(
    '{ demandAlarms(where: { meterId: "HOT" }) { totalCount } }',
  )
  expect(demandAlarms.totalCount).toBe(2)
  await changes.return(undefined)
})
