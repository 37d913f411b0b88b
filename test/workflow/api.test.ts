import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/api/authorise.ts'
import { recordHash } from '../../src/commands/signing/record-hash.ts'
import { projections } from '../../src/projections/index.ts'
import { only, plantWithPeople } from '../personnel/plant.ts'

/** Signing as a client does it: who may, what is shown, what breaks it, and that no secret gets out. */
let plant: Awaited<ReturnType<typeof plantWithPeople>>
const FIRST = 'handed-over-secret'
const OWN = 'correct horse battery'
const WRONG = 'wrong horse battery'

let n = 0
const SHOWN = `__typename ... on Signed { signatureId hash signedAt session { token } }
  ... on Rejected { code message } ... on InvalidInput { message } ... on Denied { code }`
const signing = async (input: object, who?: Principal): Promise<any> => {
  const given = {
    ...{ kind: 'order', recordId: 'PO', revision: 0, signatureId: `s${n++}`, personId: 'P3' },
    ...{ meaning: 'REVIEW', secret: OWN, ...input },
  }
  const fields = Object.entries(given).map(
    ([name, value]) => `${name}: ${name === 'meaning' ? value : JSON.stringify(value)}`,
  )
  return (
    await plant.ask(
      `mutation { signRecord(commandId: "sign-${n++}", site: "S1",
         input: { ${fields.join(', ')} }) { ${SHOWN} } }`,
      who,
    )
  ).signRecord
}
const setSecret = async (personId: string, secret: string, who?: Principal, login = '') =>
  (
    await plant.ask(
      `mutation { setSigningSecret(site: "S1", input: { personId: "${personId}",
         secret: "${secret}" ${login && `, login: "${login}"`} }) {
         __typename ... on Rejected { code } ... on Denied { code } ... on InvalidInput { message } } }`,
      who,
    )
  ).setSigningSecret
const change = async (personId: string, secret: string, newSecret: string) =>
  (
    await plant.ask(
      `mutation { changeSigningSecret(site: "S1", input: { personId: "${personId}",
         secret: "${secret}", newSecret: "${newSecret}" }) {
         __typename ... on Rejected { code } ... on InvalidInput { message } } }`,
    )
  ).changeSigningSecret
const status = async (who?: Principal) =>
  (
    await plant.ask(
      `{ order(orderId: "PO") { signatureStatus { state revision
           required { meaning signature { personName: person { name } } }
           signatures { meaning valid hashMatches changedBy { type } } } } }`,
      who,
    )
  ).order?.signatureStatus

beforeAll(async () => {
  plant = await plantWithPeople()
  await plant.setName('P3', 'Cy Marsh')
})
afterAll(async () => plant?.end())

describe('a secret', () => {
  test('is set by whoever may, for registered people, and long enough', async () => {
    const denied = await setSecret('P3', FIRST, only(['read:workflow']))
    expect(denied).toEqual({ __typename: 'Denied', code: 'Forbidden' })
    expect(await setSecret('P9', FIRST)).toMatchObject({ code: 'PersonUnknown' })
    const short = await setSecret('P3', 'tiny')
    expect(short.__typename).toBe('InvalidInput')
    expect(short.message).not.toContain('tiny')
    expect(await setSecret('P3', FIRST)).toEqual({ __typename: 'SigningSecretKept' })
  })
  test('signs only after its owner has changed it', async () => {
    expect(await signing({ secret: FIRST })).toMatchObject({ code: 'SecretMustBeChanged' })
    expect(await change('P3', WRONG, OWN)).toMatchObject({ code: 'WrongSecret' })
    expect(await change('P3', FIRST, FIRST)).toMatchObject({ __typename: 'InvalidInput' })
    expect(await change('P3', FIRST, OWN)).toEqual({ __typename: 'SigningSecretKept' })
    expect(await signing({ secret: FIRST })).toMatchObject({ code: 'WrongSecret' })
  })
})

describe('a signature', () => {
  test('shows who, when, what it means and the hash of exactly what was signed', async () => {
    const signed = await signing({ signatureId: 'first', remark: 'as ordered' })
    const facts = await plant.services.store.readStream('order-PO', { asStored: true })
    expect(signed).toMatchObject({
      ...{ __typename: 'Signed', signatureId: 'first', hash: recordHash('order-PO', facts) },
      signedAt: '2030-01-01T00:00:00.000Z',
    })
    const { signatures } = await plant.ask(`{ signatures(where: { kind: "order" }) { nodes {
      signatureId recordId revision meaning remark valid components hash person { name } } } }`)
    expect(signatures.nodes).toEqual([
      {
        ...{ signatureId: 'first', recordId: 'PO', revision: 0, meaning: 'REVIEW' },
        ...{ remark: 'as ordered', valid: true, components: 'IDENTITY_AND_SECRET' },
        ...{ hash: signed.hash, person: { name: 'Cy Marsh' } },
      },
    ])
  })
  test('in a series takes the secret alone, from the same principal, and no other session', async () => {
    const { session } = await signing({ meaning: 'AUTHORSHIP' })
    const next = { personId: null, session: session.token, meaning: 'RESPONSIBILITY' }
    expect(await signing({ ...next, secret: WRONG })).toMatchObject({ code: 'WrongSecret' })
    const other = only(['*'])
    expect(await signing(next, other)).toMatchObject({ code: 'SessionEnded' })
    expect(await signing({ ...next, session: 'made-up' })).toMatchObject({ code: 'SessionEnded' })
    expect(await signing(next)).toMatchObject({ __typename: 'Signed' })
    expect(await signing({ personId: null })).toMatchObject({ code: 'IdentityMissing' })
  })
  test('takes scope and site', async () => {
    expect(await signing({}, only(['read:workflow']))).toMatchObject({ code: 'Forbidden' })
    const elsewhere = only(['command:workflow.SignRecord'], ['S2'])
    expect(await signing({}, elsewhere)).toMatchObject({ code: 'Forbidden' })
    await expect(status(only(['read:production']))).rejects.toThrow('read:workflow')
    const { signatures } = await plant.ask(
      '{ signatures { nodes { signatureId } } }',
      only(['read:workflow'], ['S2']),
    )
    expect(signatures.nodes).toEqual([])
  })
  test('of a record that is another by now, or none, is refused', async () => {
    expect(await signing({ revision: 7 })).toMatchObject({ code: 'RecordChanged' })
    expect(await signing({ recordId: 'NONE' })).toMatchObject({ code: 'RecordUnknown' })
  })
  test('bound to a login, is sent by that one only', async () => {
    await setSecret('P2', FIRST, undefined, 'sub-2')
    const as = (actor: string): Principal => ({ ...only(['*']), actor })
    expect(await change('P2', FIRST, OWN)).toMatchObject({ code: 'WrongSecret' })
    expect(await signing({ personId: 'P2', secret: FIRST }, as('sub-3'))).toMatchObject({
      code: 'WrongSecret',
    })
    expect(await signing({ personId: 'P2', secret: FIRST }, as('sub-2'))).toMatchObject({
      code: 'SecretMustBeChanged',
    })
  })
})

test('a rule asks for a second person; what happens to the record afterwards breaks a signature', async () => {
  await plant.wish('RequireSignatures', {
    ...{ kind: 'order', reason: 'SOP 7' },
    requirements: [{ meaning: 'APPROVAL' }],
  })
  expect(await status()).toMatchObject({ state: 'INCOMPLETE', revision: 0 })
  expect(await signing({ meaning: 'APPROVAL' })).toMatchObject({ code: 'SecondPersonNeeded' })
  await setSecret('P1', FIRST)
  await change('P1', FIRST, OWN)
  expect(await signing({ meaning: 'APPROVAL', personId: 'P1' })).toMatchObject({
    __typename: 'Signed',
  })
  expect(await status()).toMatchObject({
    state: 'COMPLETE',
    required: [{ meaning: 'APPROVAL', signature: { personName: { name: 'Ada Quillfeather' } } }],
  })
  await plant.wish('StartOperation', { orderId: 'PO', operationId: '20', personId: 'P1' }, 400)
  const broken = await status()
  expect(broken).toMatchObject({ state: 'BROKEN', revision: 1, required: [{ signature: null }] })
  expect(broken.signatures).toContainEqual({
    ...{ meaning: 'APPROVAL', valid: false, hashMatches: true },
    changedBy: [{ type: 'OperationStarted' }],
  })
  const own = await signing({ meaning: 'APPROVAL', personId: 'P1', revision: 1 })
  expect(own).toMatchObject({ code: 'OwnWork' })
})

test('after five wrong secrets nothing opens, it is reported, and can be undone', async () => {
  const guesses = Array.from({ length: 7 }, () => signing({ secret: WRONG, revision: 1 }))
  const codes = (await Promise.all(guesses)).map(({ code }): string => code)
  expect(codes.sort()).toEqual([
    ...Array<string>(2).fill('SigningLocked'),
    ...Array<string>(5).fill('WrongSecret'),
  ])
  expect(await signing({ revision: 1 })).toMatchObject({ code: 'SigningLocked' })
  const { signingCredentials } = await plant.ask(
    '{ signingCredentials(where: { status: [LOCKED] }) { nodes { personId failures lockedAt } } }',
  )
  expect(signingCredentials.nodes).toEqual([
    { personId: 'P3', failures: 8, lockedAt: '2030-01-01T00:00:00.000Z' },
  ])
  await plant.wish('UnlockSigning', { personId: 'P3', reason: 'was the keyboard' })
  expect(await signing({ revision: 1 })).toMatchObject({ __typename: 'Signed' })
})

test('no secret is in the log, a read model or an answer; the tables have hashes', async () => {
  await plant.settled()
  let seen = JSON.stringify(await plant.services.store.readAll({ from: 0, limit: 10_000 }))
  expect(seen).toContain('SigningAttemptFailed')
  const { rows: tables } = await plant.pool.query(
    `select format('%I.%I', table_schema, table_name) name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema')`,
  )
  expect(tables.length).toBeGreaterThan(projections.length)
  for (const { name } of tables)
    seen += JSON.stringify((await plant.pool.query(`select t::text from ${name} t`)).rows)
  expect(seen).toContain('scrypt$')
  for (const secret of [FIRST, OWN, WRONG, 'tiny', 'made-up']) expect(seen).not.toContain(secret)
  const { rows } = await plant.pool.query('select hash from taktlog.signing_secrets')
  const log = JSON.stringify(await plant.services.store.readAll({ from: 0, limit: 10_000 }))
  for (const { hash } of rows) expect(log).not.toContain(hash)
})

test('revoked, or its owner forgotten, the hash is gone and old signatures stand', async () => {
  await plant.wish('RevokeSigningSecret', { personId: 'P1', reason: 'lost' })
  expect(await signing({ personId: 'P1', revision: 1 })).toMatchObject({ code: 'WrongSecret' })
  await plant.wish('ForgetPerson', { personId: 'P3', reason: 'asked for it' })
  const { rows } = await plant.pool.query(
    "select 1 from taktlog.signing_secrets where person_id in ('P1', 'P3')",
  )
  expect(rows).toEqual([])
  const { signatures } = await plant.ask(
    '{ signatures(where: { personId: "P3" }, first: 1) { nodes { hashMatches person { name } } } }',
  )
  expect(signatures.nodes).toEqual([{ hashMatches: true, person: { name: 'former employee' } }])
})
