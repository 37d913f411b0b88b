import fc from 'fast-check'
import type { SignatureRulesCommand } from '../../src/domain/workflow/signature-rules.ts'
import type { SignatureCommand } from '../../src/domain/workflow/signature.ts'
import type { SigningCommand } from '../../src/domain/workflow/signing-credential.ts'

/** The ids of the people's arbitraries, so that both meet. */
const personId = fc.constantFrom('P1', 'P1', 'P2')
const reason = fc.constant('because')
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const meaning = fc.constantFrom('REVIEW' as const, 'APPROVAL' as const, 'AUTHORSHIP' as const)
const kind = fc.constantFrom('order', 'order', 'lot')

export const signatureCommand: fc.Arbitrary<SignatureCommand> = fc.record({
  ...type('SignRecord'),
  signatureId: fc.constantFrom('s1', 's2', 's3', 's4'),
  kind,
  recordId: fc.constantFrom('PO-1', 'PO-1', 'PO-2'),
  revision: fc.integer({ min: 0, max: 2 }),
  head: fc.integer({ min: -1, max: 2 }),
  hash: fc.constant('a'.repeat(64)),
  ownWork: fc.boolean(),
  meaning,
  remark: fc.constantFrom(null, 'seen'),
  personId,
  components: fc.constantFrom('IDENTITY_AND_SECRET' as const, 'SECRET_IN_SESSION' as const),
})

const requirement = fc.record({
  meaning,
  classes: fc.constantFrom<string[]>([], ['WELDERS']),
  qualifications: fc.constantFrom<{ qualificationId: string; minVersion: number }[]>(
    [],
    [{ qualificationId: 'WELD', minVersion: 1 }],
  ),
  independent: fc.boolean(),
})
const kindWithCommands = fc.oneof(
  fc.record({ kind: fc.constant('order'), before: fc.subarray(['COMPLETE_ORDER' as const]) }),
  fc.record({
    kind: fc.constant('lot'),
    before: fc.subarray(['RELEASE_LOT', 'SHIP_LOT'] as const),
  }),
)
export const signatureRulesCommand: fc.Arbitrary<SignatureRulesCommand> = fc
  .record({
    ...type('RequireSignatures'),
    about: kindWithCommands,
    requirements: fc.uniqueArray(requirement, { maxLength: 2, selector: (one) => one.meaning }),
    reason,
  })
  .map(({ about, ...wish }) => ({ ...wish, ...about }))

const secretId = fc.constantFrom('k1', 'k2', 'k3')
const attemptId = fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8')
export const signingCommand: fc.Arbitrary<SigningCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('SetSigningSecret'),
      personId,
      secretId,
      login: fc.constantFrom(null, 'key:1'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ ...type('ChangeSigningSecret'), personId, secretId, before: secretId }),
  },
  { weight: 1, arbitrary: fc.record({ ...type('RevokeSigningSecret'), personId, reason }) },
  { weight: 2, arbitrary: fc.record({ ...type('UnlockSigning'), personId, reason }) },
  {
    weight: 12,
    arbitrary: fc.record({
      ...type('RecordFailedSigning'),
      personId,
      attemptId,
      why: fc.constantFrom('WRONG_SECRET' as const, 'WRONG_LOGIN' as const),
      stream: fc.constantFrom(null, 'order-PO-1'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ...type('ConfirmSigner'), personId, secretId }) },
)
