import { describe, expect, test } from 'vitest'
import { unitEvents as e } from '../../src/domain/material/events.ts'
import type { UnitCommand } from '../../src/domain/material/unit-commands.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { unitComponents } from '../../src/projections/material/unit-components.ts'
import { unitOperations } from '../../src/projections/material/unit-operations.ts'
import { units } from '../../src/projections/material/units.ts'
import { T0, after, at, given, projecting } from '../spec.ts'

const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1', personId: 'P1' }
const made = { serial: 'S1', movementId: 'm1', materialId: 'pump', lotId: null, ...work }
const produced = e.produced(made)
const produce: UnitCommand = { type: 'ProduceUnit', ...made }
const joint = { serial: 'S1', movementId: 'm2', parentSerial: 'S9', position: 'P-1', ...work }
const install: UnitCommand = { type: 'InstallComponent', ...joint }
const installed = e.installed({ ...joint, materialId: 'pump' })
const going = { serial: 'S1', movementId: 'm3', parentSerial: 'S9', reason: 'leaks', ...work }
const remove: UnitCommand = { type: 'RemoveComponent', ...going }
const removed = e.removed({ ...going, position: 'P-1', materialId: 'pump', installedBy: 'm2' })
const end = { serial: 'S1', movementId: 'm4', reason: 'leaks', ...work }
const scrap: UnitCommand = { type: 'ScrapUnit', ...end }
const scrapped = e.scrapped({ ...end, materialId: 'pump' })
const processed = e.processed({
  serial: 'S1',
  materialId: null,
  orderId: null,
  operationId: '10',
  operationName: 'Mill',
  equipmentId: 'M1',
  program: 'O1234',
  startedAt: T0,
  endedAt: after(9),
  personId: null,
})
const stateOf = (...facts: readonly Parameters<typeof unit.evolve>[1][]) =>
  facts.reduce((state, fact) => unit.evolve(state, fact, T0), unit.initial)
const parent = stateOf(e.produced({ ...made, serial: 'S9' }), e.ranked({ serial: 'S9', level: 1 }))
const withParent = { consulted: parent }

describe('a serial', () => {
  test('is made once, whether or not machines spoke of it before', () => {
    given(unit).when(produce).then(produced)
    given(unit, processed).when(produce).then(produced)
    given(unit, produced)
      .when({ ...produce, movementId: 'm8' })
      .thenRejected('UnitExists')
  })
  test('may come from a supplier', () => {
    const { serial, movementId, materialId } = made
    const bought = { serial, movementId, materialId, personId: null }
    const outside = { deliveryId: null, shippedSerial: null, logisticUnitId: null }
    const from = { ...bought, ...outside, supplierId: 'ACME', supplierLotId: 'A-77' }
    given(unit)
      .when({ type: 'ReceiveUnit', ...from })
      .then(e.received(from))
  })
  test('may come from another site, which knows it by another number', () => {
    const { serial, movementId, materialId } = made
    const bought = { serial, movementId, materialId, personId: null, supplierLotId: null }
    const sent = { ...bought, supplierId: 'S1', deliveryId: 'D1', logisticUnitId: null }
    given(unit)
      .when({ type: 'ReceiveUnit', ...sent, shippedSerial: 'P1' })
      .then(e.received({ ...sent, shippedSerial: 'P1' }))
    given(unit)
      .when({ type: 'ReceiveUnit', ...sent, shippedSerial: serial })
      .thenRejected('IntoItself')
  })
  test('is scrapped once, and not while it is installed', () => {
    given(unit, produced).when(scrap).then(scrapped)
    given(unit, processed)
      .when(scrap)
      .then(e.scrapped({ ...end, materialId: null }))
    given(unit).when(scrap).thenRejected('UnitUnknown')
    given(unit, produced, installed).when(scrap).thenRejected('UnitInstalled')
    given(unit, produced, scrapped)
      .when({ ...scrap, movementId: 'm8' })
      .thenRejected('UnitScrapped')
  })
})

describe('installation', () => {
  const when = (
    given_: ReturnType<typeof given<UnitCommand, any, any, any, any>>,
    consulted: any,
  ) => given_.when(install, { consulted })
  test('puts a component into its parent', () =>
    given(unit, produced).when(install, withParent).then(installed))
  test('is refused while it has a parent, even the same', () =>
    given(unit, produced, installed)
      .when({ ...install, movementId: 'm8' }, withParent)
      .thenRejected('UnitInstalled'))
  test('is refused into itself', () =>
    given(unit, produced)
      .when({ ...install, parentSerial: 'S1' }, withParent)
      .thenRejected('IntoItself'))
  test('is refused into what does not rank higher; it is ranked before', () => {
    const low = stateOf(e.produced({ ...made, serial: 'S9' }))
    when(given(unit, produced), low).thenRejected('RankedMeanwhile')
    expect(unit.prepare!(install, stateOf(produced), low)?.command).toEqual({
      type: 'RankUnit',
      serial: 'S9',
      above: 0,
      component: 'S1',
    })
    expect(unit.prepare!(install, stateOf(produced), parent)).toBeNull()
  })
  test('is refused of and into what is unknown or scrapped', () => {
    when(given(unit), parent).thenRejected('UnitUnknown')
    when(given(unit, produced, scrapped), parent).thenRejected('UnitScrapped')
    when(given(unit, produced), unit.initial).thenRejected('ParentUnknown')
    const gone = stateOf(
      e.produced({ ...made, serial: 'S9' }),
      e.scrapped({ ...end, serial: 'S9', materialId: null }),
    )
    when(given(unit, produced), gone).thenRejected('ParentScrapped')
  })
  test('under the id of an installation elsewhere is refused, not swallowed', () =>
    given(unit, produced, installed, removed)
      .when({ ...install, parentSerial: 'S8' }, withParent)
      .thenRejected('MovementDiffers'))
  test('cannot be earlier than the last coming or going', () => {
    given(unit, at(after(5), produced))
      .when(install, { ...withParent, at: after(4) })
      .thenRejected('BeforePrevious')
    given(unit, produced, at(after(5), installed))
      .when(remove, { at: after(4) })
      .thenRejected('BeforePrevious')
  })
})

describe('removal', () => {
  test('names the installation it ends', () =>
    given(unit, produced, installed).when(remove).then(removed))
  test('is refused out of another parent, or when not installed', () => {
    given(unit, produced).when(remove).thenRejected('UnitNotInstalled')
    given(unit, produced, installed)
      .when({ ...remove, parentSerial: 'S8' })
      .thenRejected('OtherParent')
  })
})

describe('read models', () => {
  test('units: in process until somebody reports it as made', () => {
    expect(projecting(units, processed)['S1']).toMatchObject({
      status: 'IN_PROCESS',
      materialId: null,
      operations: 1,
      firstStartedAt: T0,
      lastEndedAt: after(9),
    })
    expect(projecting(units, processed, at(after(10), produced))['S1']).toMatchObject({
      status: 'ON_HAND',
      materialId: 'pump',
      orderId: 'PO-1',
      madeAt: after(10),
      createdAt: T0,
    })
  })
  test('units: where it is built in', () => {
    expect(projecting(units, produced, installed)['S1']).toMatchObject({
      status: 'INSTALLED',
      parentSerial: 'S9',
      position: 'P-1',
    })
    expect(projecting(units, produced, installed, removed)['S1']).toMatchObject({
      status: 'ON_HAND',
      parentSerial: null,
    })
  })
  test('components: a row per installation, closed by its removal', () => {
    const rows = projecting(unitComponents, produced, installed, at(after(7), removed))
    expect(Object.values(rows)).toMatchObject([
      { serial: 'S1', parentSerial: 'S9', installedAt: T0, removedAt: after(7), ...work },
    ])
  })
  test('operations: machine, program and times', () =>
    expect(Object.values(projecting(unitOperations, processed))).toMatchObject([
      { serial: 'S1', equipmentId: 'M1', program: 'O1234', startedAt: T0, endedAt: after(9) },
    ]))
})
