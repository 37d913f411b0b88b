import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecute, type Gate } from '../../src/commands/execute.ts'
import { changeSecret, setSecret } from '../../src/commands/signing/enrol.ts'
import { createSignatureGate } from '../../src/commands/signing/gate.ts'
import { signRecord } from '../../src/commands/signing/sign.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { order } from '../../src/domain/production/order.ts'
import { plantWithPeople } from '../personnel/plant.ts'

/** Commands that have to wait for signatures. */
let plant: Awaited<ReturnType<typeof plantWithPeople>>
const by = { actor: 'terminal', source: 'spec', site: 'S1' }
const OWN = 'a secret of my own'
let n = 0

beforeAll(async () => {
  plant = await plantWithPeople()
  for (const personId of ['P1', 'P2']) {
    const first = 'first-secret'
    await setSecret(plant.services, { personId, secret: first, login: null }, by)
    await changeSecret(plant.services, { personId, secret: first, newSecret: OWN }, by)
  }
  await requires(['COMPLETE_ORDER'])
})
afterAll(() => plant?.end())

const requires = (before: readonly string[]) =>
  plant.wish('RequireSignatures', {
    ...{ kind: 'order', before, reason: 'law' },
    requirements: [{ meaning: 'REVIEW' }, { meaning: 'APPROVAL' }],
  })
const release = (orderId: string) =>
  plant.wish('ReleaseOrder', {
    ...{ orderId, materialId: 'frame', quantity: 1, unit: 'C62' },
    operations: [{ operationId: '1', sequence: 1, name: 'Cut', workCentreId: 'SAWS' }],
  })
const start = (orderId: string) =>
  plant.wish('StartOperation', { orderId, operationId: '1', personId: 'P3' })
const sign = async (recordId: string, revision: number, personId: string, meaning: string) => {
  const wish = { kind: 'order', recordId, revision, remark: null, session: null, secret: OWN }
  const signed = await signRecord(
    plant.services,
    { ...wish, personId, meaning: meaning as 'REVIEW', signatureId: `s${n++}` },
    by,
    { commandId: `sign-${n}` },
  )
  if (isRejection(signed)) throw new Error(signed.why)
}
const signAll = async (orderId: string, revision: number) => {
  await sign(orderId, revision, 'P1', 'REVIEW')
  await sign(orderId, revision, 'P2', 'APPROVAL')
}
const complete = (orderId: string, execute = plant.execute) =>
  execute(order, { type: 'CompleteOrder', orderId }, { ...by, commandId: `complete-${n++}` })
const statusOf = async (orderId: string) =>
  (
    await plant.ask(`{ order(orderId: "${orderId}") { status signatureStatus {
      state revision signatures { revision valid changedBy { type } } } } }`)
  ).order

test('it is refused until every signature is there, by whom the rule wants, for the record as it stands', async () => {
  await release('A')
  expect(await complete('A')).toEqual({
    rejected: 'NotSigned',
    why: 'CompleteOrder takes the signatures REVIEW, APPROVAL of order A as it stands, at revision 0.',
  })
  await sign('A', 0, 'P1', 'REVIEW')
  expect(await complete('A')).toMatchObject({ why: expect.stringContaining('signatures APPROVAL') })
  // Nobody is a second person to himself.
  await expect(sign('A', 0, 'P1', 'APPROVAL')).rejects.toThrow('a second person has to')
  await sign('A', 0, 'P2', 'APPROVAL')
  await start('A')
  expect(await complete('A')).toMatchObject({ why: expect.stringContaining('at revision 1') })
  await signAll('A', 1)
  expect(await complete('A')).toMatchObject({ revision: 2 })
  // Already so: nothing to refuse.
  expect(await complete('A')).toMatchObject({ revision: 2, events: [] })
})

test('what the signatures were given for breaks none of them, what comes after does', async () => {
  const { status, signatureStatus } = await statusOf('A')
  expect([status, signatureStatus.state, signatureStatus.revision]).toEqual([
    'COMPLETED',
    'COMPLETE',
    2,
  ])
  const checked = signatureStatus.signatures.map(
    (one: any) => `${one.revision} ${one.valid} ${one.changedBy.length}`,
  )
  expect(checked.sort()).toEqual(['0 false 2', '0 false 2', '1 true 0', '1 true 0'])
  await requires([])
  expect((await statusOf('A')).signatureStatus.state).toBe('BROKEN')
  await requires(['COMPLETE_ORDER'])
})

test('a fact that comes between look and record is not let through', async () => {
  await release('RACE')
  await signAll('RACE', 0)
  const { store, clock } = plant.services
  const looks: boolean[] = []
  const real = createSignatureGate(store)
  const gate: Gate = async (decided) => {
    const refused = await real(decided)
    looks.push(refused === null)
    if (looks.length === 1) await start('RACE')
    return refused
  }
  expect(await complete('RACE', createExecute({ store, clock, gate }))).toMatchObject({
    rejected: 'NotSigned',
  })
  expect(looks).toEqual([true, false])
  const types = (await store.readStream('order-RACE')).map(({ type }) => type)
  expect(types).toEqual(['OrderReleased', 'OperationStarted'])
})

test('signatures of a record that was tampered with open nothing', async () => {
  await release('FORGED')
  await signAll('FORGED', 0)
  const [released] = await plant.services.store.readStream('order-FORGED')
  const data = released!.data as { quantity: number }
  data.quantity++
  expect(await complete('FORGED')).toMatchObject({ rejected: 'NotSigned' })
  data.quantity--
  expect(isRejection(await complete('FORGED'))).toBe(false)
})

test('other commands, kinds and sites wait for nothing', async () => {
  await release('B')
  await plant.wish('CancelOrder', { orderId: 'B', reason: 'x' })
  const receipt = { lotId: 'L', movementId: 'm', materialId: 'x', quantity: 1, unit: 'KGM' }
  await plant.wish('ReceiveLot', receipt)
  const away = { movementId: 's', deliveryId: 'D', customerId: 'C' }
  await plant.wish('ShipLot', { lotId: 'L', quantity: 1, unit: 'KGM', ...away })
  const elsewhere = { orderId: 'C', materialId: 'x', quantity: 1, unit: 'C62' }
  const operations = [{ operationId: '1', sequence: 1, name: 'Cut', workCentreId: 'SAWS' }]
  await plant.wish('ReleaseOrder', { ...elsewhere, operations }, 0, 'S2')
  await plant.wish('CompleteOrder', { orderId: 'C' }, 0, 'S2')
})
