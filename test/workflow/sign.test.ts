import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultLimits } from '../../src/api/options.ts'
import { schema } from '../../src/api/schema.ts'
import { startApi } from '../../src/api/server.ts'
import { changeSecret, setSecret } from '../../src/commands/signing/enrol.ts'
import { canonical, recordHash } from '../../src/commands/signing/record-hash.ts'
import { signRecord } from '../../src/commands/signing/sign.ts'
import type { SigningDeps } from '../../src/commands/signing/signer.ts'
import { isRejection } from '../../src/domain/decider.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { plantWithPeople } from '../personnel/plant.ts'

/** Signatures under races and tampering, and as a document. */
let plant: Awaited<ReturnType<typeof plantWithPeople>>
let deps: SigningDeps
const by = { actor: 'terminal', source: 'spec', site: 'S1' }
const OWN = 'a secret of my own'
const order = { kind: 'order', recordId: 'PO', revision: 0, remark: '=1+1', session: null }
let n = 0
const sign = (over: Partial<SigningDeps> = {}, change: object = {}) =>
  signRecord(
    { ...deps, ...over },
    {
      ...{ ...order, signatureId: `s${n++}`, meaning: 'REVIEW', personId: 'P1', secret: OWN },
      ...change,
    },
    by,
    { commandId: `sign-${n}` },
  )

beforeAll(async () => {
  plant = await plantWithPeople()
  deps = plant.services
  await setSecret(deps, { personId: 'P1', secret: 'first-secret', login: null }, by)
  await changeSecret(deps, { personId: 'P1', secret: 'first-secret', newSecret: OWN }, by)
})
afterAll(async () => plant?.end())

test('the canonical bytes do not depend on the order of members', () => {
  expect(canonical({ b: [1, { d: null, c: 'ä' }], a: 0.1, x: undefined })).toBe(
    '{"a":0.1,"b":[1,{"c":"ä","d":null}]}',
  )
  const fact = {
    ...{ id: 'i', type: 'T', revision: 0, schemaVersion: 1, data: { b: 1, a: 2 } },
    ...{ stream: 'x-1', position: 9, recordedAt: 'later' },
    metadata: {
      ...{ actor: 'a', occurredAt: 't', site: 'S', source: 'q' },
      ...{ correlationId: 'c', causationId: 'c' },
    },
  }
  // Made beforehand with sha256sum over the three lines.
  expect(recordHash('x-1', [fact])).toBe(
    '8b26360a1b5d9c443c18233200a09f38774d6c9d5da2b4c36497d4cbb922ea8d',
  )
  expect(recordHash('x-1', [{ ...fact, position: 1, recordedAt: 'now' }])).toBe(
    recordHash('x-1', [fact]),
  )
  expect(recordHash('x-2', [fact])).not.toBe(recordHash('x-1', [fact]))
})

test('a record that changes while it is signed is not signed as what it became', async () => {
  await plant.wish('ReleaseOrder', {
    ...{ orderId: 'RACE', materialId: 'frame', quantity: 1, unit: 'C62' },
    operations: [{ operationId: '1', sequence: 1, name: 'Cut', workCentreId: 'SAWS' }],
  })
  const start = () =>
    plant.wish('StartOperation', { orderId: 'RACE', operationId: '1', personId: 'P2' })
  const signed = await sign(
    {
      names: {
        ...deps.names,
        // The last moment before the record is read: somebody starts work on it.
        async find(ids) {
          await start()
          return deps.names.find(ids)
        },
      },
    },
    { recordId: 'RACE' },
  )
  expect(signed).toMatchObject({ rejected: 'RecordChanged' })
  const after = await sign({}, { recordId: 'RACE', revision: 1 })
  expect(isRejection(after)).toBe(false)
})

test('sent again, a signature is the one given before', async () => {
  const first = await sign({}, { signatureId: 'once' })
  const again = await sign({}, { signatureId: 'once' })
  if (isRejection(first) || isRejection(again)) throw new Error('not signed')
  expect([again.position, again.signature]).toEqual([first.position, first.signature])
})

test('the manifest has printed name, UTC time and meaning, and says what is broken', async () => {
  await plant.settled()
  const options = {
    ...{ host: '127.0.0.1', port: 0, auth: { mode: 'none' as const }, graphiql: false },
    ...{ introspection: false, origins: [], persisted: null, trustProxy: [] },
    limits: defaultLimits,
  }
  const api = await startApi({ schema, services: plant.services, options })
  try {
    const get = (path: string) => fetch(`${api.url}${path}`).then((response) => response.text())
    const csv = await get('/signatures.csv?kind=order&recordId=PO')
    expect(csv.split('\r\n')[0]).toMatch(/^printedName,signedAtUtc,meaning,/)
    expect(csv).toContain(
      "Ada Quillfeather,2030-01-01T00:00:00.000Z,REVIEW,order,PO,0,valid,P1,'=1+1,",
    )
    const html = await get('/signatures.html?personId=P1')
    expect(html).toContain('<td>Ada Quillfeather</td><td>2030-01-01T00:00:00.000Z</td>')
    expect(await get('/signatures.csv?nothing=1')).toContain('InvalidInput')

    const facts = (await plant.services.store.readStream('order-PO')) as Recorded<any>[]
    const { quantity } = facts[0]!.data
    facts[0]!.data.quantity = quantity + 1
    expect(await get('/signatures.csv?recordId=PO')).toContain('broken: the record is not what')
    const { order: tampered } = await plant.ask(
      '{ order(orderId: "PO") { signatureStatus { signatures { valid hashMatches } } } }',
    )
    expect(tampered.signatureStatus.signatures[0]).toEqual({ valid: false, hashMatches: false })
    facts[0]!.data.quantity = quantity
    await plant.wish('StartOperation', { orderId: 'PO', operationId: '20', personId: 'P1' }, 400)
    await plant.settled()
    expect(await get('/signatures.html?recordId=PO')).toContain('broken: 1 facts came after it')
  } finally {
    await api.close()
  }
})
