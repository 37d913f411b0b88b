import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScenario } from '../support/scenario.ts'
import { at, whatifPlant } from '../support/whatif-plant.ts'

/** CYCLE has a meter of its own; RUSH only what people said of it; of the others nobody said anything. */
let plant: Awaited<ReturnType<typeof whatifPlant>>
let create: ReturnType<typeof createScenario>

beforeAll(async () => {
  plant = await whatifPlant()
  const { send, recordOne } = plant
  for (const scopeId of ['CYCLE', 'RUSH']) await send('SetRunningPower', { scopeId, kilowatts: 12 })
  await send('RegisterMeter', {
    ...{ meterId: 'E', name: 'mill', medium: 'ELECTRICITY', scopeId: 'CYCLE' },
  })
  await send('RegisterMeter', {
    ...{ meterId: 'SPINDLE', name: 'spindle', medium: 'ELECTRICITY', scopeId: 'CYCLE' },
    parentMeterId: 'E',
  })
  const state = (hours: number, what: string) =>
    recordOne('EquipmentStateChanged', { equipmentId: 'CYCLE', state: what }, at(hours))
  await state(-10, 'RUNNING')
  await state(-6, 'IDLE')
  await state(-4, 'RUNNING')
  await state(-2, 'IDLE')
  const measured = (meterId: string, hours: number, energyKwh: number) =>
    recordOne(
      'EnergyMeasured',
      { meterId, from: at(hours), to: at(hours + 1), energyKwh },
      at(hours + 1),
    )
  // 8 kW while it runs. Of the hours in which it did not, and of that in which it stopped, nothing counts.
  for (const hour of [-10, -9, -8, -7, -4]) await measured('E', hour, 8)
  for (const hour of [-10, -9, -8, -7]) await measured('SPINDLE', hour, 5)
  for (const hour of [-6, -5]) await measured('E', hour, 1)
  await measured('E', -2.5, 500)
  create = createScenario(plant)
})
afterAll(() => plant.end())

async function run(scenarioId: string, assumptions: Parameters<typeof create>[1]) {
  await create(scenarioId, assumptions)
  const power = '{ equipmentId basis kilowatts measuredHours }'
  const stream = await plant.listen(`subscription {
    scenarioRun(scenarioId: "${scenarioId}", replications: 20) { result {
      kpis { measure base { mean } difference { mean } }
      basePower ${power} scenarioPower ${power} } } }`)
  let result: any = null
  for await (const { data, errors } of stream) {
    if (errors) throw errors[0]
    result = data!.scenarioRun.result
  }
  const of = (list: any, machine: string) =>
    list.find(({ equipmentId }: any) => equipmentId === machine)
  const energy = result.kpis.find(({ measure }: any) => measure === 'ENERGY_KWH')
  return {
    energy,
    base: (machine: string) => of(result.basePower, machine),
    scenario: (machine: string) => of(result.scenarioPower, machine),
  }
}

test('power is what meters measured while a machine ran, else the standard, and the answer says which', async () => {
  const { base, scenario } = await run('same', [])
  expect(base('CYCLE')).toEqual({
    ...{ equipmentId: 'CYCLE', basis: 'MEASURED', kilowatts: 8, measuredHours: 5 },
  })
  expect(base('RUSH')).toEqual({
    ...{ equipmentId: 'RUSH', basis: 'STANDARD', kilowatts: 12, measuredHours: null },
  })
  expect(base('DOWN')).toEqual({
    ...{ equipmentId: 'DOWN', basis: 'UNKNOWN', kilowatts: null, measuredHours: null },
  })
  expect(scenario('CYCLE')).toEqual(base('CYCLE'))
})

test('a power that is assumed counts for more than meters', async () => {
  const input = { scopeId: 'CYCLE', kilowatts: 6 }
  const { energy, scenario } = await run('less', [{ type: 'SetRunningPower', input }])
  expect(scenario('CYCLE')).toMatchObject({ basis: 'STANDARD', kilowatts: 6 })
  // Two hours each, 8 and 12 kW by plan: what is saved is a quarter of what CYCLE takes.
  expect(energy.base.mean).toBeGreaterThan(34)
  expect(energy.base.mean).toBeLessThan(48)
  expect(energy.difference.mean).toBeLessThan(-3)
  expect(energy.difference.mean).toBeGreaterThan(-5.5)
})

test('twice as slow takes twice the energy', async () => {
  const input = { equipmentId: 'CYCLE', factor: 2 }
  const half = await run('double', [{ type: 'ScaleCycleTime', input }])
  expect(half.energy.difference.mean).toBeGreaterThan(13)
  expect(half.energy.difference.mean).toBeLessThan(19.5)
})
