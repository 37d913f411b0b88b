import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '../../src/commands/record.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { meter } from '../../src/domain/energy/meter.ts'
import { ofAllocation } from '../energy/read-models.ts'
import { plantWithApi } from '../support/api.ts'

/** Three machines of a small company (Univ. Pisa / Zerynth, Sensors 2023, 23(13), 6078). */
const FILE = resolve('../shared/data/sme-power/company_A_labelled_subset.csv')
const isThere = existsSync(FILE)
if (!isThere) console.log(`skipped: ${FILE} is not there`)

const STATES: Record<string, string> = { '2.0': 'RUNNING', '1.0': 'SETUP', '3.0': 'FAULT' }
const MACHINES = ['0', '1', '2']
const rows: Record<string, string>[] = isThere
  ? parse(readFileSync(FILE), { columns: true, bom: true })
  : []

/** Mean power over the seconds before the stamp, for which alone the row speaks. */
function observations(row: Record<string, string>): Observation[] {
  const occurredAt = new Date(row['ts']!).toISOString()
  const seconds = Number(row['status_time'])
  const equipmentId = `A${row['asset']}`
  const counted = { equipmentId, counter: 'items', delta: Number(row['items']), unit: 'C62' }
  const pieces = counted.delta > 0 ? [{ type: 'CounterAdvanced', data: counted, occurredAt }] : []
  if (seconds === 0) return pieces
  const span = {
    from: new Date(Date.parse(occurredAt) - seconds * 1_000).toISOString(),
    to: occurredAt,
  }
  const state = STATES[row['status']!]
  const energyKwh = (Number(row['power_avg']) * seconds) / 3_600
  return [
    ...pieces,
    {
      type: 'StateTimeObserved',
      data: { equipmentId, state, ...span, durationMs: seconds * 1_000 },
      occurredAt,
    },
    {
      type: 'EnergyMeasured',
      data: { meterId: `E${row['asset']}`, ...span, energyKwh },
      occurredAt,
    },
  ]
}

describe.skipIf(!isThere)('energy per piece and per state of three real machines', () => {
  let plant: Awaited<ReturnType<typeof plantWithApi>>
  const allocation = async (groupBy: string, fields: string) =>
    (
      await plant.ask(`{ energyAllocation(meterIds: ["E0", "E1", "E2"], groupBy: ${groupBy},
        from: "2022-08-31T00:00:00Z", to: "2022-09-22T00:00:00Z") { ${fields} } }`)
    ).energyAllocation

  beforeAll(async () => {
    plant = await plantWithApi(ofAllocation)
    for (const asset of MACHINES) {
      const content = {
        meterId: `E${asset}`,
        name: asset,
        scopeId: `A${asset}`,
        medium: 'ELECTRICITY',
      }
      const outcome = await plant.execute(
        meter,
        { type: 'RegisterMeter', ...content },
        { commandId: `r${asset}`, actor: 'spec', site: 'S1', source: 'spec' },
      )
      if (isRejection(outcome)) throw new Error(outcome.why)
    }
    const context = { source: 'csv', site: 'S1', actor: 'spec' }
    await plant.record(rows.flatMap(observations), context)
    await plant.settled()
    await plant.pool.query('analyze')
  })
  afterAll(() => plant?.end())

  /** Added up from the file, without anything of Taktlog. */
  function expected(keyOf: (row: Record<string, string>) => string) {
    const kwh: Record<string, number> = {}
    for (const row of rows) {
      const key = keyOf(row)
      kwh[key] = (kwh[key] ?? 0) + (Number(row['power_avg']) * Number(row['status_time'])) / 3_600
    }
    return kwh
  }

  test('kWh per piece of each machine', async () => {
    const fields =
      'total { value } error shares { equipmentId goodUnits quantity { value } quantityPerGoodUnit }'
    const { total, error, shares } = await allocation('EQUIPMENT', fields)
    const kwh = expected((row) => `A${row['asset']}`)
    expect(total.value).toBeCloseTo(
      Object.values(kwh).reduce((a, b) => a + b, 0),
      3,
    )
    expect(error).toBeLessThan(1e-6)
    expect(shares).toHaveLength(3)
    for (const share of shares) {
      const asset = share.equipmentId.slice(1)
      const mine = rows.filter((row) => row['asset'] === asset)
      const pieces = mine.reduce((sum, row) => sum + Number(row['items']), 0)
      expect(share.goodUnits).toBe(pieces)
      expect(share.quantity.value).toBeCloseTo(kwh[share.equipmentId]!, 3)
      expect(share.quantityPerGoodUnit).toBeCloseTo(kwh[share.equipmentId]! / pieces, 6)
    }
    const all = shares.reduce((sum: number, s: any) => sum + s.goodUnits, 0)
    expect(all).toBe(40_067)
  })

  test('kWh per state of each machine; none is lost, and none is of an unknown state', async () => {
    const fields = 'standbyShare unknownStateShare shares { equipmentId state quantity { value } }'
    const answer = await allocation('STATE', fields)
    const kwh = expected((row) => `A${row['asset']} ${STATES[row['status']!]}`)
    for (const { equipmentId, state, quantity } of answer.shares)
      expect(quantity.value).toBeCloseTo(kwh[`${equipmentId} ${state}`]!, 3)
    const drawing = Object.values(kwh).filter((v) => v > 0)
    expect(answer.shares.filter((s: any) => s.quantity.value > 0)).toHaveLength(drawing.length)
    expect(answer.unknownStateShare).toBe(0)
    const total = Object.values(kwh).reduce((a, b) => a + b, 0)
    const fault = Object.entries(kwh).reduce(
      (sum, [key, v]) => sum + (key.endsWith('FAULT') ? v : 0),
      0,
    )
    expect(answer.standbyShare).toBeCloseTo(fault / total, 5)
  })
})
