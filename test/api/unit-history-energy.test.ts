import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { ofAllocation } from '../energy/read-models.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

/** A machine with a meter makes P in two hours of 10 and 20 kWh; on BARE no metered machine worked. */
let plant: Awaited<ReturnType<typeof plantWithApi>>
let early = 0
const envelope = { actor: 'spec', site: 'S1', source: 'spec' }

async function wish(minute: number, type: string, content: object): Promise<number> {
  const decider = deciders.find((d) => type in d.commands)!
  const said = { ...envelope, commandId: JSON.stringify(content), occurredAt: after(minute) }
  const outcome = await plant.execute(decider, { type, ...content }, said)
  if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
  return outcome.position
}
const say = (type: string, occurredAt: string, data: object) =>
  plant.record([{ type, data, occurredAt }], envelope)

async function hour(from: number, energyKwh: number): Promise<void> {
  const [startedAt, endedAt] = [after(from), after(from + 60)]
  await say('EnergyMeasured', endedAt, { meterId: 'E', from: startedAt, to: endedAt, energyKwh })
  await say('UnitProcessed', endedAt, {
    ...{ serial: 'P', orderId: 'PO', operationId: '10', equipmentId: 'M1', personId: null },
    ...{ program: null, startedAt, endedAt },
  })
}

beforeAll(async () => {
  plant = await plantWithApi(ofAllocation)
  const meter = { meterId: 'E', name: 'mill', scopeId: 'M1', medium: 'ELECTRICITY' }
  await wish(0, 'RegisterMeter', meter)
  for (const serial of ['P', 'BARE'])
    early = await wish(0, 'ProduceUnit', { serial, movementId: serial, materialId: 'pump' })
  await hour(0, 10)
  early += 2
  await hour(60, 20)
  await plant.settled()
})
afterAll(() => plant?.end())

const FIELDS = 'kwh co2eKg parts { serial kwh } rules { meterId version }'
const energyOf = async (more = ''): Promise<any> =>
  (await plant.ask(`{ unitHistory(serial: "P" ${more}) { energy { ${FIELDS} } } }`)).unitHistory
    .energy

test.each([
  ['now', () => '', 30],
  ['as known at a position', () => `, asKnownAt: { position: "${early}" }`, 10],
  ['as known at a moment', () => ', asKnownAt: { recordedAt: "2030-01-01T00:00:00Z" }', 30],
])('the record of a piece has the energy unitEnergy tells %s', async (_, more, kwh) => {
  const { unitEnergy } = await plant.ask(`{ unitEnergy(serial: "P" ${more()}) { ${FIELDS} } }`)
  expect(unitEnergy).toMatchObject({ kwh, rules: [{ meterId: 'E' }] })
  expect(await energyOf(more())).toEqual(unitEnergy)
})

test('as the plant was then: the second hour had not happened yet', async () => {
  expect((await energyOf(`, at: "${after(90)}"`)).kwh).toBe(10)
})

test('no meter, or energy is not open to the caller: the rest is there all the same', async () => {
  const ask = (serial: string, scope: string) =>
    plant.ask(`{ unitHistory(serial: "${serial}") { unit { serial } energy { kwh } } }`, {
      ...{ actor: 'reader', sites: ['S1'], scopes: new Set([scope]) },
    })
  const without = (serial: string) => ({ unitHistory: { unit: { serial }, energy: null } })
  expect(await ask('BARE', '*')).toEqual(without('BARE'))
  expect(await ask('P', 'read:material')).toEqual(without('P'))
  expect((await ask('P', '*')).unitHistory.energy.kwh).toBe(30)
})
