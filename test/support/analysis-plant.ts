import type { CommandEnvelope } from '../../src/domain/command.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from './api.ts'

export const HOUR = 3_600_000
export const time = (clock: string): string => `2026-03-03T${clock}:00.000Z`

/**
 * Two machines on a day of which everything is known: M1 mills an order, with two faults that people
 * explained, and M2 waits most of the time; scrap with reasons, and a diameter measured 20 times.
 */
export async function analysedPlant() {
  const plant = await plantWithApi(projections)
  let commands = 0
  const wish = async (type: string, data: object, occurredAt: string): Promise<void> => {
    const decider = deciders.find((d) => type in d.commands)!
    const envelope: CommandEnvelope = {
      ...{ commandId: `k${commands++}`, actor: 'spec', site: 'S1', source: 'spec', occurredAt },
    }
    const outcome = await plant.execute(decider, { type, ...data }, envelope)
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
  const say = (type: string, data: object, occurredAt: string) =>
    plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
  await hierarchy(wish)
  await work(wish, say)
  await reasons(wish)
  await inspections(wish)
  await plant.settled()
  return { ...plant, say }
}

type Wish = (type: string, data: object, occurredAt: string) => Promise<void>
type Say = (type: string, data: object, occurredAt: string) => Promise<unknown>
const EARLY = '2026-03-01T00:00:00.000Z'
const MINUTE = 60_000

async function hierarchy(wish: Wish): Promise<void> {
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish(
      'DefineHierarchyScope',
      { scopeId, level, parentId, name: scopeId, timeZone: level === 'SITE' ? 'UTC' : null },
      EARLY,
    )
  await scope('S1', 'SITE', null)
  await scope('LINE', 'WORK_CENTRE', 'S1')
  await scope('M1', 'WORK_UNIT', 'LINE')
  await scope('M2', 'WORK_UNIT', 'LINE')
}

async function work(wish: Wish, say: Say): Promise<void> {
  const state = (clock: string, what: string, equipmentId = 'M1') =>
    say('EquipmentStateChanged', { equipmentId, state: what }, time(clock))
  const operation = (operationId: string, sequence: number, name: string) => ({
    ...{ operationId, sequence, name, workCentreId: 'LINE' },
    ...{ setupTimeMs: HOUR, runTimeMsPerUnit: MINUTE },
  })
  await wish(
    'ReleaseOrder',
    {
      ...{ orderId: 'PO-1', materialId: 'gear', quantity: 100, unit: 'C62' },
      dueAt: time('11:00'),
      operations: [operation('10', 1, 'Mill'), operation('20', 2, 'Wash')],
    },
    time('04:00'),
  )
  const on = { orderId: 'PO-1', operationId: '10', personId: 'P1' }
  await wish('StartOperation', { ...on, equipmentId: 'M1', activity: 'SETUP' }, time('05:00'))
  await state('05:00', 'SETUP')
  await wish('ChangeActivity', { ...on, activity: 'PRODUCTION' }, time('06:00'))
  for (const [clock, what] of [
    ...[
      ['06:00', 'RUNNING'],
      ['08:00', 'FAULT'],
      ['08:30', 'RUNNING'],
      ['10:00', 'FAULT'],
    ],
    ...[
      ['10:20', 'RUNNING'],
      ['12:00', 'WAITING'],
      ['12:15', 'RUNNING'],
      ['13:00', 'IDLE'],
    ],
  ] as const)
    await state(clock, what)
  await state('05:00', 'RUNNING', 'M2')
  await state('07:00', 'WAITING', 'M2')
  const booked = { ...on, equipmentId: 'M1', good: 80, rework: 3 }
  await wish(
    'ReportQuantity',
    { ...booked, bookingId: 'b1', scrap: 2, scrapReason: 'burr' },
    time('09:00'),
  )
  await wish(
    'ReportQuantity',
    { ...booked, bookingId: 'b2', good: 5, rework: 0, scrap: 6, scrapReason: 'crack' },
    time('12:30'),
  )
  await wish('CompleteOperation', on, time('13:00'))
}

async function reasons(wish: Wish): Promise<void> {
  const reason = (reasonId: string, parentId: string | null, category: string | null) =>
    wish('DefineStopReason', { reasonId, parentId, name: `the ${reasonId}`, category }, EARLY)
  await reason('technical', null, 'BREAKDOWN')
  await reason('spindle', 'technical', null)
  await reason('coolant', 'technical', null)
  const classify = (from: string, to: string, reasonId: string) =>
    wish(
      'ClassifyStop',
      {
        ...{ equipmentId: 'M1', startedAt: time(from), from: time(from), to: time(to) },
        ...{ basedOn: 0, decisionId: `d-${from}`, reasonId },
      },
      time('14:00'),
    )
  await classify('08:00', '08:30', 'spindle')
  await classify('10:00', '10:20', 'coolant')
}

async function inspections(wish: Wish): Promise<void> {
  for (let i = 0; i < 20; i++)
    await wish(
      'RecordInspection',
      {
        ...{ inspectionId: `I${i}`, subjectKind: 'SERIAL', subjectId: `G${i % 18}` },
        ...{ orderId: 'PO-1', materialId: 'gear', operationId: '10' },
        results: [
          {
            ...{ characteristicId: 'dia', name: 'Diameter', kind: 'DIAMETER', unit: 'MMT' },
            ...{ lowerLimit: 9.9, upperLimit: 10.1, value: i === 17 ? 10.4 : 10 + (i % 3) / 100 },
          },
        ],
      },
      time(`09:${String(i).padStart(2, '0')}`),
    )
}
