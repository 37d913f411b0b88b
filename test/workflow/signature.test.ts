import { describe, expect, test } from 'vitest'
import { personEvents as p, personFold, type Person } from '../../src/domain/personnel/events.ts'
import {
  signatureEvents as e,
  signingEvents as s,
  type Requirement,
} from '../../src/domain/workflow/events.ts'
import { signatureRules } from '../../src/domain/workflow/signature-rules.ts'
import { signature } from '../../src/domain/workflow/signature.ts'
import { MAX_FAILURES, signingCredential } from '../../src/domain/workflow/signing-credential.ts'
import { after, given, T0 } from '../spec.ts'

/** What a signature, a rule and a signing secret may be, given what happened before. */
const about = { kind: 'order', recordId: 'PO-1', revision: 3, hash: 'a'.repeat(64) }
const sign = {
  ...{ type: 'SignRecord' as const, signatureId: 's1', ...about, head: 3, ownWork: false },
  ...{ meaning: 'APPROVAL' as const, remark: null, personId: 'P1' },
  components: 'IDENTITY_AND_SECRET' as const,
}
const made = (change: object = {}) =>
  e.signed({
    ...{ signatureId: 's1', ...about, meaning: 'APPROVAL', remark: null, personId: 'P1' },
    ...{ components: 'IDENTITY_AND_SECRET', proof: [], ...change },
  })

const people = (...more: Parameters<typeof personFold.evolve>[1][]): Person =>
  [p.registered({ personId: 'P1', employer: null, classes: ['LEADS'] }), ...more].reduce<Person>(
    (state, fact) => personFold.evolve(state, fact, T0),
    personFold.initial,
  )
const asked = (change: Partial<Requirement> = {}) => ({
  consulted: {
    person: people(),
    rules: new Map([
      [
        'order',
        {
          requirements: [
            {
              ...{ meaning: 'APPROVAL' as const, classes: [], qualifications: [] },
              ...{ independent: true, ...change },
            },
          ],
          before: [],
        },
      ],
    ]),
  },
})
const free = { consulted: { person: people(), rules: new Map() } }

describe('a signature', () => {
  test('is given once, and says what, who, why and how', () => {
    given(signature).when(sign, free).then(made())
    given(signature, made())
      .when({ ...sign, signatureId: 's2' }, free)
      .thenNothing()
    given(signature, made())
      .when({ ...sign, meaning: 'REVIEW' }, free)
      .thenRejected('SignatureDiffers')
  })
  test.each([
    ['RecordChanged' as const, { head: 4 }],
    ['RecordUnknown' as const, { head: -1 }],
  ])('%s', (code, change) =>
    given(signature)
      .when({ ...sign, ...change }, free)
      .thenRejected(code),
  )
  test('needs somebody who is here', () => {
    const gone = people(p.forgotten({ personId: 'P1', reason: 'asked' }))
    given(signature).when(sign).thenRejected('PersonUnknown')
    given(signature)
      .when(sign, { consulted: { person: gone, rules: new Map() } })
      .thenRejected('PersonGone')
  })
  test('of a second person is not that of who did the work, nor of who signed otherwise', () => {
    const own = { ...sign, ownWork: true }
    given(signature).when(own, asked()).thenRejected('OwnWork')
    given(signature)
      .when(own, asked({ independent: false }))
      .then(made())
    given(signature, made({ signatureId: 's0', meaning: 'AUTHORSHIP' }))
      .when(sign, asked())
      .thenRejected('SecondPersonNeeded')
    given(signature, made({ signatureId: 's0', meaning: 'AUTHORSHIP', personId: 'P2' }))
      .when(sign, asked())
      .then(made())
  })
  test('takes class and qualification where the rule does, and keeps the proof', () => {
    const weld = { qualificationId: 'WELD', minVersion: 1 }
    given(signature)
      .when(sign, asked({ classes: ['QP'] }))
      .thenRejected('NotEntitled')
    given(signature)
      .when(sign, asked({ qualifications: [weld] }))
      .thenRejected('NotQualified')
    const rule = asked({ classes: ['LEADS'], qualifications: [weld] })
    const granted = p.granted({
      ...{ personId: 'P1', qualificationId: 'WELD', grantId: 'g', version: 1, reason: null },
      ...{ expiresAt: after(60), evidence: null, testedAt: null },
    })
    const proof = [{ qualificationId: 'WELD', version: 1, grantId: 'g', expiresAt: after(60) }]
    given(signature)
      .when(sign, { consulted: { ...rule.consulted, person: people(granted) } })
      .then(made({ proof }))
  })
  test('is asked for by kind; asking for none lifts it', () => {
    const wish = {
      type: 'RequireSignatures' as const,
      kind: 'order',
      requirements: [],
      before: [],
      reason: 'x',
    }
    given(signatureRules).when(wish).thenNothing()
    const one = asked().consulted.rules.get('order')!.requirements
    const rule = { ...wish, requirements: one }
    const twice = signatureRules.commands['RequireSignatures']!.safeParse({
      ...{ ...rule, requirements: [...one, ...one] },
    })
    expect(twice.success).toBe(false)
    const ofOthers = signatureRules.commands['RequireSignatures']!.safeParse({
      ...{ ...rule, before: ['SHIP_LOT'] },
    })
    expect(ofOthers.error?.issues[0]).toMatchObject({ path: ['before'] })
    given(signatureRules, {
      type: 'SignaturesRequired' as const,
      data: { kind: 'order', requirements: one, before: [], reason: 'x' },
    })
      .when(rule)
      .thenNothing()
  })
})

describe('a signing secret', () => {
  const P1 = { personId: 'P1' }
  const set = { type: 'SetSigningSecret' as const, ...P1, secretId: 'k1', login: null }
  const isSet = s.secretSet({ ...P1, secretId: 'k1', login: null })
  const fail = (n: number) => ({
    ...{ type: 'RecordFailedSigning' as const, ...P1, attemptId: `t${n}` },
    ...{ why: 'WRONG_SECRET' as const, stream: null },
  })
  const failed = (n: number) => s.attemptFailed({ ...fail(n), failures: n })
  const wrong = Array.from({ length: MAX_FAILURES - 1 }, (_, i) => failed(i + 1))
  const locked = s.locked({ ...P1, failures: MAX_FAILURES })
  const confirm = { type: 'ConfirmSigner' as const, ...P1, secretId: 'k1' }

  test('is for somebody who works here', () => {
    given(signingCredential).when(set).thenRejected('PersonUnknown')
    given(signingCredential).when(set, { consulted: people() }).then(isSet)
    const gone = people(p.retired({ ...P1, reason: 'left' }))
    given(signingCredential).when(set, { consulted: gone }).thenRejected('PersonGone')
  })
  test('locks after five failures in a row, and not before', () => {
    given(signingCredential, isSet, ...wrong)
      .when(fail(MAX_FAILURES))
      .then(failed(MAX_FAILURES), locked)
    given(signingCredential, isSet, ...wrong)
      .when(confirm)
      .then(s.confirmed(P1))
    given(signingCredential, isSet, ...wrong, s.confirmed(P1))
      .when(fail(9))
      .then(s.attemptFailed({ ...fail(9), failures: 1 }))
  })
  test('locked, it opens nothing until it is unlocked or set anew', () => {
    const past = [isSet, ...wrong, failed(MAX_FAILURES), locked]
    given(signingCredential, ...past)
      .when(confirm)
      .thenRejected('SigningLocked')
    given(signingCredential, ...past)
      .when({ type: 'ChangeSigningSecret', ...P1, secretId: 'k2', before: 'k1' })
      .thenRejected('SigningLocked')
    given(signingCredential, ...past, s.unlocked({ ...P1, reason: 'asked' }))
      .when(confirm)
      .thenNothing()
    given(signingCredential, ...past)
      .when({ ...set, secretId: 'k2' }, { consulted: people() })
      .then(s.secretSet({ ...P1, secretId: 'k2', login: null }))
  })
  test('revoked or changed, the old one counts no more', () => {
    given(signingCredential, isSet, s.secretChanged({ ...P1, secretId: 'k2' }))
      .when(confirm)
      .thenRejected('SecretChangedMeanwhile')
    given(signingCredential, isSet, s.secretRevoked({ ...P1, reason: 'lost' }))
      .when(confirm)
      .thenRejected('SecretUnknown')
  })
})
