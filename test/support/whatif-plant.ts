import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from './api.ts'

/** The moment of a fork at the end of the log: what `plantWithApi` calls now. */
export const NOW = '2030-01-01T00:00:00.000Z'
export const HOUR = 3_600_000
/** @param hours after `NOW`, or before it */
export const at = (hours: number): string => new Date(Date.parse(NOW) + hours * HOUR).toISOString()

const MACHINES = ['DOWN', 'SHIFT', 'CYCLE', 'SUPPLY', 'SKILL', 'ROUTE', 'OTHER', 'RUSH', 'QUEUE']
type Send = (type: string, input: object, occurredAt?: string) => Promise<void>

/** An operation of so many hours on a machine, or on a work centre. */
const step = (operationId: string, workCentreId: string, hours: number) => ({
  ...{ operationId, sequence: Number(operationId), name: operationId, workCentreId },
  ...{ setupTimeMs: 0, runTimeMsPerUnit: (hours * HOUR) / 60 },
})
export const order = (
  orderId: string,
  operations: readonly (readonly [machine: string, hours: number])[],
  more: object = {},
) => ({
  ...{ orderId, materialId: orderId, quantity: 60, unit: 'C62' },
  operations: operations.map(([machine, hours], i) => step(`${10 * (i + 1)}`, machine, hours)),
  ...more,
})

/**
 * A small plant of which every figure can be told by hand. Each machine has its own orders, so what is assumed of
 * one moves nothing else: each order of two operations of an hour begins at `NOW` and goes on an hour later.
 */
export async function whatifPlant() {
  const plant = await plantWithApi(projections)
  let sent = 0
  const send: Send = async (type, input, occurredAt = at(-24)) => {
    const decider = deciders.find(({ commands }) => type in commands)!
    const outcome = await plant.execute(
      decider,
      { type, ...input },
      {
        ...{ commandId: `w${++sent}`, actor: 'spec', site: 'S1', source: 'spec' },
        occurredAt,
      },
    )
    if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
  }
  const record = (type: string, data: object, occurredAt: string) =>
    plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
  await places(send)
  await resources(send)
  await released(send)
  return { ...plant, send, recordOne: record }
}

async function places(send: Send): Promise<void> {
  const node = (scopeId: string, level: string, parentId: string | null) =>
    send('DefineHierarchyScope', {
      ...{ scopeId, level, parentId, name: scopeId, timeZone: level === 'SITE' ? 'UTC' : null },
    })
  await node('S1', 'SITE', null)
  await node('SHOP', 'WORK_CENTRE', 'S1')
  for (const machine of MACHINES) await node(machine, 'WORK_UNIT', 'SHOP')
}

async function resources(send: Send): Promise<void> {
  const calendar = (scopeId: string) =>
    send('DefineCalendar', { scopeId, name: scopeId, timeZone: 'UTC' }, at(-72))
  await calendar('DOWN')
  await calendar('SHIFT')
  const early = { shiftId: 'E', name: 'Early', start: '06:00', end: '14:00' }
  await send(
    'ChangeShiftPattern',
    {
      ...{ scopeId: 'SHIFT', from: '2029-12-29' },
      pattern: { shifts: [{ ...early, days: [0, 1, 2, 3, 4, 5, 6] }] },
    },
    at(-72),
  )
  await send('DefineProductSegment', {
    ...{ materialId: 'SUPPLY', operationId: '10' },
    materials: [{ materialId: 'steel', quantityPerUnit: 1, unit: 'KGM' }],
  })
  await send('ExpectReceipt', {
    ...{ receiptId: 'R1', materialId: 'steel', quantity: 60, unit: 'KGM', expectedAt: at(2) },
  })
  await send('DefineQualification', { qualificationId: 'CNC', name: 'CNC' })
  await send('RequireQualifications', {
    ...{ scopeId: 'SKILL', qualifications: [{ qualificationId: 'CNC' }], reason: 'safety' },
  })
  await send('RegisterPerson', { personId: 'P1' })
  await send('GrantQualification', { personId: 'P1', qualificationId: 'CNC', grantId: 'g1' })
}

async function released(send: Send): Promise<void> {
  const release = (content: object) => send('ReleaseOrder', content)
  for (const machine of ['DOWN', 'CYCLE', 'SUPPLY', 'SKILL', 'RUSH'])
    await release(
      order(machine, [
        [machine, 1],
        [machine, 1],
      ]),
    )
  await release(
    order('SHIFT', [
      ['SHIFT', 4],
      ['SHIFT', 4],
      ['SHIFT', 4],
    ]),
  )
  await release(
    order('ROUTE', [
      ['ROUTE', 1],
      ['ROUTE', 1],
    ]),
  )
  await release(order('LONG', [['QUEUE', 3]], { dueAt: at(4) }))
  await release(order('SHORT', [['QUEUE', 1]], { dueAt: at(9) }))
}
