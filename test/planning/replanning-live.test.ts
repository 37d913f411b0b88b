import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { runReplanning } from '../../src/api/replanning.ts'
import { livePlant } from './live-plant.ts'

/** Most tests have one fact only, and wait as short as that allows. */
const QUIET_MS = 400
let quietMs = QUIET_MS

let plant: Awaited<ReturnType<typeof livePlant>>
let running: Promise<void>
const stop = new AbortController()
beforeAll(async () => {
  plant = await livePlant()
  const { system } = plant
  await plant.mutate('setPlanningRules', 'input: { automatic: true }')
  await plant.settled()
  running = runReplanning({
    ...system,
    planner: system.services.planner!,
    ...{ clock: system.services.clock, signal: stop.signal },
    get quietMs() {
      return quietMs
    },
  })
  // What it was filled with is older than the plan in force.
  await vi.waitUntil(async () => (await system.checkpoints.load('replanning')) > 0, 20_000)
})
afterAll(async () => {
  stop.abort()
  await running
  await plant.end()
})

const seen = new Set<string>()
/** The plan that was asked for next, once it is proposed. */
async function next(): Promise<{ planId: string; cause: string }> {
  for (;;) {
    const { plans } = await plant.ask(
      '{ plans(where: { site: "S1" }, first: 100) { nodes { planId cause } } }',
    )
    const fresh = plans.nodes.filter(({ planId, cause }: any) => cause && !seen.has(planId))
    if (fresh.length > 1) throw new Error(`more than one plan: ${JSON.stringify(fresh)}`)
    const [one] = fresh
    if (!one) {
      await plant.system.reads.waitFor((await plant.system.store.head()) + 1, 100)
      continue
    }
    seen.add(one.planId)
    await plant.proposed(one.planId)
    return one
  }
}
const observe = (state: string, at: string) =>
  plant.ask(`mutation { recordEquipmentStateChanged(source: "plc", site: "S1", observations: [
    { occurredAt: "${at}", data: { equipmentId: "M1", state: ${state} } }]) {
    ... on Recording { recorded } ... on InvalidInput { message } } }`)
const lot = (lotId: string, materialId: string) =>
  plant.mutate(
    'receiveLot',
    `input: { lotId: "${lotId}", movementId: "in-${lotId}", materialId: "${materialId}",
      quantity: 5, unit: "KGM" }`,
  )
const scrap = (lotId: string) =>
  plant.mutate(
    'scrapLot',
    `input: { lotId: "${lotId}", movementId: "out-${lotId}", unit: "KGM", reason: "rust" }`,
  )
const ahead = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

test.each<[string, string, () => Promise<unknown>]>([
  ['material that arrives', 'LotReceived', () => lot('L2', 'steel')],
  [
    'material that is held',
    'LotHeld',
    () => plant.mutate('holdLot', 'input: { lotId: "L2", holdId: "h", reason: "crack" }'),
  ],
  ['material that is scrapped', 'LotScrapped', () => scrap('L2')],
  [
    'goods that are to come',
    'ReceiptExpected',
    () =>
      plant.mutate(
        'expectReceipt',
        `input: { receiptId: "R2", materialId: "steel", quantity: 5, unit: "KGM",
          expectedAt: "${ahead(24)}" }`,
      ),
  ],
  ['a machine that stops', 'EquipmentStateChanged', () => observe('FAULT', ahead(-0.2))],
  ['a machine that is back', 'EquipmentStateChanged', () => observe('RUNNING', ahead(-0.1))],
  [
    'somebody who is away',
    'AbsenceRecorded',
    () =>
      plant.mutate(
        'recordAbsence',
        `input: { absenceId: "x2", personId: "P1", kind: UNPLANNED, startsAt: "${ahead(1)}",
          endsAt: "${ahead(9)}" }`,
      ),
  ],
  [
    'another shift pattern',
    'ShiftPatternChanged',
    () =>
      plant.mutate(
        'changeShiftPattern',
        `input: { scopeId: "S1", from: "${ahead(24).slice(0, 10)}", pattern: { shifts: [
          { shiftId: "E", name: "E", start: "06:00", end: "14:00", days: [0, 1, 2, 3, 4] }] } }`,
      ),
  ],
  [
    'planned down time',
    'DownTimePlanned',
    () =>
      plant.mutate(
        'planDownTime',
        `input: { scopeId: "S1", entryId: "d1", cause: "service", from: "${ahead(48)}",
          to: "${ahead(50)}" }`,
      ),
  ],
  [
    'a rush order',
    'OrderReleased',
    () =>
      plant.mutate(
        'releaseOrder',
        `input: { orderId: "RUSH", materialId: "gear", quantity: 1, unit: "C62", priority: 1,
          dueAt: "${ahead(2)}", operations: [{ operationId: "10", sequence: 0, name: "Mill",
          workCentreId: "MILLS", runTimeMsPerUnit: 60000 }] }`,
      ),
  ],
  [
    'another tariff',
    'EnergyTariffSet',
    () =>
      plant.mutate(
        'setEnergyTariff',
        `input: { tariffId: "night", currency: "EUR", source: "contract", prices: [
          { from: "${ahead(1)}", to: "${ahead(9)}", pricePerKwh: 0.1 }] }`,
      ),
  ],
])('%s leads to one new plan', async (_, type, happens) => {
  await happens()
  const { cause } = await next()
  expect(cause).toMatch(new RegExp(`^${type} at [^,]+$`))
})

test('what no open order needs, and a machine that runs on, lead to none', async () => {
  await lot('P', 'paint')
  await scrap('P')
  await observe('IDLE', ahead(-0.05))
  await lot('L3', 'steel')
  expect((await next()).cause).toMatch(/^LotReceived at [^,]+$/)
})

test('facts that come together lead to one plan', async () => {
  // However slow the machine is, they are together.
  quietMs = 8_000
  onTestFinished(() => {
    quietMs = QUIET_MS
  })
  await lot('L4', 'steel')
  await scrap('L4')
  await lot('L5', 'steel')
  expect((await next()).cause).toMatch(/^LotReceived at .*, and 2 more$/)
})

test('the new plan changes as little as it must: what runs on moves the others by the time that has passed', async () => {
  await lot('L6', 'steel')
  const { planId: base } = await next()
  await plant.mutate('acceptPlan', `input: { planId: "${base}" }`)
  await plant.settled()
  await lot('L7', 'steel')
  const { planId } = await next()
  const PLACE = '{ equipmentId personId }'
  const { planDiff } = await plant.ask(`{ planDiff(site: "S1",
    to: { planId: "${planId}", variant: REPAIRED }) { moved { movedMs before ${PLACE} after ${PLACE} }
    added { orderId } removed { orderId } } }`)
  expect(planDiff).toMatchObject({ added: [], removed: [] })
  for (const { movedMs, before, after } of planDiff.moved) {
    expect(after).toEqual(before)
    expect(Math.abs(movedMs)).toBeLessThan(60_000)
  }
})

test('started anew, it plans again only for what came meanwhile', async () => {
  stop.abort()
  await running
  await lot('L8', 'steel')
  const again = new AbortController()
  const { system } = plant
  const second = runReplanning({
    ...system,
    planner: system.services.planner!,
    ...{ clock: system.services.clock, signal: again.signal, quietMs: QUIET_MS },
  })
  expect((await next()).cause).toMatch(/^LotReceived/)
  again.abort()
  await second
})
