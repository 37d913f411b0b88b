import { afterAll, beforeAll, expect, test } from 'vitest'
import { shiftPlant, type ShiftPlant } from './shift-plant.ts'

let plant: ShiftPlant
beforeAll(async () => {
  plant = await shiftPlant()
})
afterAll(() => plant.end())

const at = (time: string) => `2029-12-31T${time}:00.000Z`
const count = (time: string, delta: number, equipmentId = 'A-M') =>
  plant.tell('CounterAdvanced', { equipmentId, counter: 'parts', delta, unit: 'C62' }, at(time))

test('the board has the shift so far, and then what changes', async () => {
  await plant.hall('A')
  await plant.hall('B')
  const night = { shiftId: 'NIGHT', name: 'Night', start: '22:00', end: '06:00' }
  await plant.wish(
    {
      ...{ type: 'ChangeShiftPattern', scopeId: 'A', kind: 'EQUIPMENT', from: '2029-12-01' },
      pattern: { shifts: [{ ...night, days: [0, 1, 2, 3, 4, 5, 6] }] },
    },
    '2029-11-30T12:00:00.000Z',
  )
  const on = { orderId: 'A-O', operationId: '10', personId: 'P1', equipmentId: 'A-M' }
  await plant.wish({ type: 'StartOperation', ...on, activity: 'PRODUCTION' }, at('22:00'))
  await plant.tell('EquipmentStateChanged', { equipmentId: 'A-M', state: 'RUNNING' }, at('22:00'))
  await plant.wish(
    { type: 'DefineCycleTime', equipmentId: 'A-M', validFrom: at('00:00'), idealMs: 60_000 },
    at('00:00'),
  )
  await count('22:30', 60)
  await plant.settled()

  const board = await plant.listen(`subscription { shiftBoard(areaId: "A") { isWhole lines {
    equipmentId state shiftId orderId count oee coverage targetSoFar target forecast } } }`)
  const next = async () => (await board.next()).value.data.shiftBoard
  // The clock of the test stands at midnight: two of eight hours are over.
  const first = { equipmentId: 'A-M', state: 'RUNNING', shiftId: 'NIGHT', orderId: 'A-O' }
  const targets = { targetSoFar: 120, target: 480 }
  expect(await next()).toEqual({
    isWhole: true,
    lines: [{ ...first, count: 60, oee: 0.5, coverage: 1, ...targets, forecast: 240 }],
  })
  const later = next()
  await count('23:00', 10, 'B-M')
  await count('23:30', 30)
  expect(await later).toEqual({
    isWhole: false,
    lines: [{ ...first, count: 90, oee: 0.75, coverage: 1, ...targets, forecast: 360 }],
  })
  await board.return(undefined)
})
