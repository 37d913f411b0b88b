import { gunzipSync } from 'node:zlib'
import { parse } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoQueries, documentOf } from '../../src/adapters/plant/queries.ts'
import { MACHINES } from '../../src/adapters/plant/layout.ts'
import { RUSH } from '../../src/adapters/plant/planning.ts'
import { renderGraphiql } from '../../src/api/graphiql.ts'
import { findK6, HOW_TO_GET_K6, startK6 } from '../load/k6.ts'
import { runningPlant } from './running-plant.ts'

const k6 = findK6()
if (!k6) console.warn(`skipped: the load scripts. ${HOW_TO_GET_K6}`)

let plant: Awaited<ReturnType<typeof runningPlant>>
beforeAll(async () => {
  plant = await runningPlant(1)
  const { commands, observations } = plant.progress
  const seconds = (plant.tookMs / 1_000).toFixed(1)
  console.log(`history: ${commands} commands, ${observations} observations in ${seconds} s`)
})
afterAll(async () => {
  await plant?.end()
})

test('the whole history was taken, nothing was refused that should not be', () => {
  expect(plant.lines).toEqual([])
  expect(plant.progress.unexpected).toBe(0)
  expect(plant.progress.commands).toBeGreaterThan(1_500)
})

const answer = (index: number): Promise<any> => plant.ask(demoQueries[index]!.query)

test('query 1 shows running pump orders with operations that progress', async () => {
  const { orders } = await answer(0)
  expect(orders.totalCount).toBeGreaterThan(0)
  for (const order of orders.nodes) {
    expect(order.operations.map((o: any) => o.name)).toContain('Assemble pump')
    expect(order.operations.some((o: any) => o.status !== 'READY')).toBe(true)
    for (const { good, scrap } of order.operations)
      expect(good.value + scrap.value).toBeLessThanOrEqual(order.quantity.value)
  }
  const started = orders.nodes.flatMap((o: any) => o.operations).filter((o: any) => o.startedAt)
  expect(started.some((o: any) => o.productionMs > 0)).toBe(true)
})

test('query 2 shows a pump whose valve was replaced, with all that is known of it', async () => {
  const [valve] = (await answer(1)).units.nodes
  const [installation] = valve.installations
  expect(installation.removalReason).toBe(valve.scrapReason)
  const pump = installation.parent
  expect(pump.operations.map((o: any) => o.operationName)).toContain('Test run')
  const [first, second] = pump.inspections
  expect([first.verdict, second.verdict]).toEqual(['FAIL', 'PASS'])
  expect(first.results).toHaveLength(5)
  const valves = pump.components.filter((c: any) => c.position === 'RELIEF')
  expect(valves.map((c: any) => c.removedAt === null)).toEqual([false, true])
  expect(pump.components).toHaveLength(3)
  const materials = new Set(pump.materials.map((m: any) => m.materialId))
  expect(materials.size).toBe(5)
})

test('query 3 shows every machine with its state, and a quarter hour of every meter', async () => {
  const { equipment, energyIntervals } = await answer(2)
  expect(equipment.nodes).toHaveLength(MACHINES.length)
  for (const machine of equipment.nodes) expect(machine.state).not.toBeNull()
  // At a moment it is up to chance which of them run; in the last hours every one did.
  const hours = `from: "${new Date(Date.now() - 6 * 3_600_000).toISOString()}", to: "${new Date().toISOString()}"`
  const ran = await plant.ask(
    `{ ${equipment.nodes
      .map(({ equipmentId }: any, i: number) => {
        const of = `equipmentId: "${equipmentId}", ${hours}`
        return `m${i}: equipmentTimeline(${of}) { totals { state durationMs } }`
      })
      .join('\n')} }`,
  )
  for (const { totals } of Object.values<any>(ran))
    expect(totals.find((t: any) => t.state === 'RUNNING')?.durationMs).toBeGreaterThan(0)
  const drawn = new Map(energyIntervals.nodes.map((i: any) => [i.meterId, i.quantity.value]))
  expect(drawn.size).toBe(MACHINES.length + 1)
  const parts = [...drawn].filter(([id]) => id !== 'EM-MAIN') as [string, number][]
  const sum = parts.reduce((kwh, [, value]) => kwh + value, 0)
  expect(drawn.get('EM-MAIN')).toBeGreaterThan(sum)
})

test('query 4 shows three shifts, and a machine with a maintenance planned', async () => {
  const [machine, site] = (await answer(3)).calendars.nodes
  const [{ pattern }] = site.patterns
  expect(pattern.shifts.map((s: any) => s.shiftId)).toEqual(['EARLY', 'LATE', 'NIGHT'])
  expect(machine.plannedDownTimes).toMatchObject([{ purpose: 'MAINTENANCE' }])
})

test('a plan is in force: what the mills do next, and a rush order that will be late', async () => {
  const { query } = demoQueries.find(({ query: text }) => text.includes('dispatchList'))!
  const { dispatchList, late, plans } = await plant.ask(query)
  expect(dispatchList.length).toBeGreaterThan(0)
  expect(plans.nodes.some((plan: any) => plan.status === 'ACCEPTED')).toBe(true)
  expect(late.nodes.length).toBeGreaterThan(0)
  const rush = `{ orderPromises(where: { orderIds: ["${RUSH}"] }) { nodes { isLate } } }`
  expect((await plant.ask(rush)).orderPromises.nodes).toEqual([{ isLate: true }])
})

test('why the rush order is late: work and waiting add up to it', async () => {
  const { explanation } = await answer(demoQueries.findIndex(({ name }) => name === 'WhyLate'))
  const { workMs, slackMs, latenessMs, delays } = explanation
  expect(explanation.operationIds).toEqual(['10', '20', '30'])
  const waiting = delays.reduce((sum: number, delay: any) => sum + delay.waitingMs, 0)
  expect(latenessMs).toBe(waiting - slackMs)
  expect(Date.parse(explanation.endsAt) - Date.parse(explanation.startsAt)).toBe(workMs + waiting)
  expect(latenessMs).toBeGreaterThan(2 * 3_600_000)
  expect(explanation.gains.length).toBeGreaterThan(0)
})

test('the hours to come have a bottleneck, and a faster mill gives what it gives', async () => {
  const { bottleneckForecast } = await answer(
    demoQueries.findIndex(({ name }) => name === 'WhatIf'),
  )
  expect(bottleneckForecast.hours).toHaveLength(8)
  const [{ machines }] = bottleneckForecast.hours
  expect(machines.length).toBeGreaterThan(0)
  const ids = MACHINES.map(({ equipmentId }) => equipmentId)
  for (const { equipmentId, probability } of machines) {
    expect(ids).toContain(equipmentId)
    expect(probability).toBeGreaterThan(0)
    expect(probability).toBeLessThanOrEqual(1)
  }
  expect(ids).toContain('MILL-1')
  expect(bottleneckForecast.sensitivity.mean).toBeGreaterThan(-0.05)
  expect(bottleneckForecast.sensitivity.mean).toBeLessThan(0.15)
})

test('breakdowns are shown with what people said', async () => {
  const about = demoQueries.find(({ query }) => query.includes('stops('))!
  const { stops, stopReasons } = await plant.ask(about.query)
  const why = stops.nodes.map((s: any) => s.classification?.reason.parent.name ?? null)
  expect(why).toContain('Machine')
  expect(stops.nodes.every((s: any) => s.durationMs > 0 && s.shiftId !== null)).toBe(true)
  expect(stopReasons.nodes.map((r: any) => r.reasonId)).toContain('MACHINE')
  const { cycleTimes } = await plant.ask('{ cycleTimes { totalCount } }')
  expect(cycleTimes.totalCount).toBeGreaterThan(10)
})

test('a pump is traced to its suppliers, over several levels', async () => {
  const { query } = demoQueries.find(({ query: text }) => text.includes('trace('))!
  const [{ serial, trace }] = (await plant.ask(query)).units.nodes
  expect(trace.nodes[0]).toMatchObject({ kind: 'SERIAL', id: serial, level: 0 })
  expect(Math.max(...trace.nodes.map((n: any) => n.level))).toBeGreaterThan(1)
  const kinds = new Set(trace.edges.map((e: any) => e.kind))
  for (const kind of ['CONSUMED', 'INSTALLED', 'RECEIVED']) expect([...kinds]).toContain(kind)
})

test('refusals that were meant are in the audit trail', async () => {
  const { commandsRejected } = await plant.ask('{ commandsRejected(first: 50) { nodes { code } } }')
  const codes = new Set(commandsRejected.nodes.map((r: any) => r.code))
  for (const code of ['OrderHeld', 'OrderUnknown', 'UnitInstalled', 'QuantityExceeded'])
    expect([...codes]).toContain(code)
})

test('a lot was held after its inspection and released', async () => {
  const query = `{ lotMovements(first: 50, where: { kind: [HELD, RELEASED, SPLIT_IN, MERGE_IN] }) {
    nodes { kind quantity { value } } } }`
  const { lotMovements } = await plant.ask(query)
  const kinds = new Set(lotMovements.nodes.map((m: any) => m.kind))
  expect(kinds).toEqual(new Set(['HELD', 'RELEASED', 'SPLIT_IN', 'MERGE_IN']))
})

test('people are there by name, with what they may do and what expires soon', async () => {
  const { query } = demoQueries.find(({ query: text }) => text.includes('onShift'))!
  const { onShift, qualifiedPersons, heldQualifications, clearances } = await plant.ask(query)
  expect(onShift).toHaveLength(MACHINES.length)
  for (const { person, isPresent, assignments } of onShift) {
    expect(person.name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    expect([isPresent, assignments.length]).toEqual([true, 1])
  }
  expect(qualifiedPersons.persons.some((p: any) => !p.qualified)).toBe(true)
  expect(heldQualifications.nodes.length).toBeGreaterThan(0)
  expect(clearances.nodes[0].proof.length).toBeGreaterThan(0)
  const { commandsRejected } = await plant.ask(
    '{ commandsRejected(where: { code: "NotQualified" }) { nodes { message } } }',
  )
  expect(commandsRejected.nodes.length).toBeGreaterThan(0)
})

test('the energy of the machines is laid upon orders, and what no work explains stays apart', async () => {
  const index = demoQueries.findIndex(({ about }) => about.includes('energy of the machines'))
  const { energyAllocation: found, virtualMeters } = await answer(index)
  const { total, allocated, unallocated, shares } = found
  expect(allocated.value + unallocated.value).toBeCloseTo(total.value, 4)
  expect(allocated.value).toBeGreaterThan(0)
  expect(unallocated.value).toBeGreaterThan(0)
  for (const { co2eKg, quantity } of shares) expect(co2eKg).toBeCloseTo(quantity.value * 0.342, 4)
  expect(found.rules.some((r: any) => r.basis === 'CYCLE')).toBe(true)
  expect(virtualMeters.nodes).toHaveLength(1)
})

test('the analysers show where time and pieces were lost', async () => {
  const { query } = demoQueries.find(({ query: text }) => text.includes('timeLosses'))!
  const found = await plant.ask(query)
  const { bars } = found.timeLosses
  const lost = bars.filter((b: any) => b.kind === 'LOSS').map((b: any) => b.durationMs)
  const total = lost.reduce((a: number, b: number) => a + b, 0)
  expect(total + bars.at(-1).durationMs).toBe(bars[0].durationMs)
  expect(found.downtimePareto.bars.map((b: any) => b.name)).toContain('Machine')
  expect(found.downtimePareto.bars.at(-1).cumulativeShare).toBeCloseTo(1, 9)
  expect(found.bottlenecks.primary).not.toBeNull()
  expect(found.scrapPareto.bars.length).toBeGreaterThan(0)
  expect(found.firstPassPareto.bars.length).toBeGreaterThan(0)
  expect(found.ordersAgainstPlan).toHaveLength(3)
  expect(found.kpiTrend.points.length).toBeGreaterThan(1)
  expect(found.controlChart.values.upper).toBeGreaterThan(found.controlChart.values.centre)
})

test('orders are signed off by two people, and one waits for its approval', async () => {
  const index = demoQueries.findIndex(({ query }) => query.includes('signatureRules'))
  // They sign when the history is in; the read model follows.
  await expect
    .poll(async () => (await answer(index)).signatures.nodes.length, { timeout: 20_000 })
    .toBe(3)
  const { signatures, orders } = await answer(index)
  for (const one of signatures.nodes) expect(one.person.name).toMatch(/ /)
  expect(orders.nodes.map((o: any) => o.signatureStatus.state).sort()).toEqual([
    'COMPLETE',
    'INCOMPLETE',
  ])
})

test('a recall finds shipped pumps, their process values, and a drill was asked for', async () => {
  const { query } = demoQueries.find(({ query: text }) => text.includes('recall('))!
  const { recall, units, recallDrills } = await plant.ask(query)
  expect(recall.shipments[0].customerId).toBe('TRACTORS-LECH')
  expect(recall.components.length).toBeGreaterThan(0)
  expect(units.nodes[0].processValues[0].parameterId).toBe('TORQUE-COVER')
  expect(recallDrills.nodes.map((d: any) => d.drillId)).toContain('DEMO-DRILL')
  const { unitHistory } = await plant.ask(
    `{ unitHistory(serial: "${units.nodes[0].serial}") { energy { kwh } } }`,
  )
  expect(unitHistory.energy.kwh).toBeGreaterThan(0)
})

test('GraphiQL opens every query in a tab of its own, named after what it shows', async () => {
  const names = demoQueries.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const query of demoQueries) {
    const { definitions } = parse(documentOf(query))
    expect(definitions).toMatchObject([
      { kind: 'OperationDefinition', name: { value: query.name } },
    ])
  }
  const { gzipped } = await renderGraphiql(demoQueries.map(documentOf))
  const page = gunzipSync(gzipped).toString()
  for (const { name } of demoQueries) expect(page).toContain(`query ${name} {`)
})

test.skipIf(!k6)(
  'the load scripts are answered as they expect, by a plant of the demo',
  async () => {
    const { done } = startK6(k6!, {
      ...{ url: plant.system.api!.url, key: '', warmUp: 1, seconds: 8 },
      ...{ commands: 20, batch: 2, queries: 10, subscribers: 2 },
    })
    const { summary } = await done
    expect(summary['failed']).toMatchObject({ passes: 0 })
    expect(summary['subscriptions_broken']).toMatchObject({ passes: 0 })
    for (const kind of ['command', 'query', 'observe'])
      expect(summary[`${kind}_count`]!['count']).toBeGreaterThan(0)
  },
)
