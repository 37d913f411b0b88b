import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { after } from '../spec.ts'
import type { plantWithApi } from '../support/api.ts'

type Plant = Pick<Awaited<ReturnType<typeof plantWithApi>>, 'execute' | 'record'>
let sent = 0

/** Sends a command that has to be granted. @param minute after T0 */
export async function command(
  { execute }: Pick<Plant, 'execute'>,
  { type, ...input }: { readonly type: string } & Record<string, unknown>,
  minute = 0,
): Promise<void> {
  const decider = deciders.find(({ commands }) => type in commands)!
  const outcome = await execute(
    decider,
    { type, ...input },
    {
      ...{ commandId: `c${++sent}`, actor: 'test', site: 'S1', source: 'test' },
      occurredAt: after(minute),
    },
  )
  if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
}

const CLOSE_BY = 24 * 60

/** A small site with something of everything that planning looks at. */
export async function fill(plant: Plant): Promise<void> {
  const say = (type: string, input: object, minute = -60) =>
    command(plant, { type, ...input }, minute)
  const node = (scopeId: string, level: string, parentId: string | null, more = {}) =>
    say('DefineHierarchyScope', { scopeId, level, parentId, name: scopeId, ...more })
  await node('S1', 'SITE', null, { timeZone: 'Europe/Berlin' })
  await node('MILLS', 'WORK_CENTRE', 'S1')
  for (const unit of ['M1', 'M2']) await node(unit, 'WORK_UNIT', 'MILLS')
  await say('DefineCalendar', {
    scopeId: 'S1',
    kind: 'EQUIPMENT',
    name: 'S1',
    timeZone: 'Europe/Berlin',
  })
  const shifts = [{ shiftId: 'E', name: 'E', start: '06:00', end: '22:00', days: [0, 1, 2, 3, 4] }]
  await say('ChangeShiftPattern', {
    scopeId: 'S1',
    kind: 'EQUIPMENT',
    from: '2026-03-02',
    pattern: { shifts },
  })
  await say('DefineQualification', { qualificationId: 'CNC', name: 'CNC' })
  await say('RequireQualifications', {
    ...{ scopeId: 'MILLS', qualifications: [{ qualificationId: 'CNC' }], reason: 'safety' },
  })
  await say('FormCrew', { crewId: 'C1', name: 'C1' })
  for (const personId of ['P1', 'P2']) {
    await say('RegisterPerson', { personId })
    await say('GrantQualification', { personId, qualificationId: 'CNC', grantId: `g${personId}` })
    await say('AddCrewMember', { crewId: 'C1', personId })
  }
  await say('AssignShift', {
    ...{
      assignmentId: 'a1',
      crewId: 'C1',
      calendarId: 'PERSON:S1',
      shiftId: 'E',
      day: '2026-03-02',
    },
    ...{ startsAt: after(0), endsAt: after(CLOSE_BY) },
  })
  await say('RecordAbsence', {
    ...{
      absenceId: 'x1',
      personId: 'P2',
      kind: 'PLANNED',
      startsAt: after(60),
      endsAt: after(600),
    },
  })
  await say('SetPlanningRules', { horizonMs: 7 * 86_400_000 })
  await say('SetTransportTime', { fromScopeId: 'M1', toScopeId: 'M2', durationMs: 60_000 })
  await say('CountTools', { toolId: 'jig', count: 1 })
  await say('DefineSetupMatrix', {
    scopeId: 'MILLS',
    changeovers: [{ fromFamily: 'white', toFamily: 'red', durationMs: 600_000 }],
  })
  await say('SetRunningPower', { scopeId: 'MILLS', kilowatts: 12 })
  await say('SetEnergyTariff', {
    ...{ tariffId: 'day', currency: 'EUR', source: 'contract' },
    prices: [{ from: after(-60), to: after(CLOSE_BY), pricePerKwh: 0.25 }],
  })
  await say('DefineProductSegment', {
    ...{ materialId: 'gear', operationId: '10', setupFamily: 'red', toolId: 'jig' },
    materials: [{ materialId: 'steel', quantityPerUnit: 0.5, unit: 'KGM' }],
  })
  await say('DefineCycleTime', { equipmentId: 'M1', validFrom: after(-60), idealMs: 60_000 })
  await say('ReceiveLot', {
    ...{ lotId: 'L1', movementId: 'm1', materialId: 'steel', quantity: 100.1, unit: 'KGM' },
  })
  await say('ExpectReceipt', {
    ...{
      receiptId: 'R1',
      materialId: 'steel',
      quantity: 90.7,
      unit: 'KGM',
      expectedAt: after(240),
    },
  })
  for (const orderId of ['A', 'B'])
    await say('ReleaseOrder', {
      ...{ orderId, materialId: 'gear', quantity: 10, unit: 'C62', dueAt: after(600) },
      operations: [
        {
          operationId: '10',
          sequence: 0,
          name: 'Mill',
          workCentreId: 'MILLS',
          runTimeMsPerUnit: 60_000,
        },
        {
          operationId: '20',
          sequence: 1,
          name: 'Bore',
          workCentreId: 'MILLS',
          runTimeMsPerUnit: 30_000,
        },
      ],
    })
  const on = { orderId: 'A', operationId: '10', personId: 'P1' }
  await say('StartOperation', { ...on, equipmentId: 'M1' }, 10)
  await say('CompleteOperation', on, 20)
  await say('StartOperation', { ...on, operationId: '20', equipmentId: 'M1' }, 30)
  await plant.record(
    [
      {
        ...{ type: 'EquipmentStateChanged', occurredAt: after(15) },
        data: { equipmentId: 'M2', state: 'FAULT', nativeState: null, reason: null },
      },
    ],
    { source: 'plc', site: 'S1', actor: 'plc' },
  )
}
