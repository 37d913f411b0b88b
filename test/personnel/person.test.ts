import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { personEvents as e, qualificationEvents as q } from '../../src/domain/personnel/events.ts'
import { person } from '../../src/domain/personnel/person.ts'
import { standingAt, withChange } from '../../src/domain/personnel/person-state.ts'
import { qualification } from '../../src/domain/personnel/qualification.ts'
import { after, at, given, T0 } from '../spec.ts'

const WELD = { personId: 'P1', qualificationId: 'WELD' }
const registered = e.registered({ personId: 'P1', employer: null, classes: [] })
const defined = (version = 1, validity: string | null = null) => ({
  consulted: qualification.evolve(
    qualification.initial,
    q.defined({
      ...{ qualificationId: 'WELD', version, name: 'Welding', description: null },
      ...{ personnelClassId: null, validity },
    }),
    T0,
  ),
})
const content = { ...WELD, expiresAt: after(600), evidence: 'C-1', testedAt: null, reason: null }
const granted = (grantId = 'g1', version = 1) => e.granted({ ...content, grantId, version })
const grant = { type: 'GrantQualification' as const, ...content, grantId: 'g1' }
const renew = {
  ...grant,
  type: 'RenewQualification' as const,
  grantId: 'g2',
  expiresAt: after(900),
}
const reason = 'because'

describe('a person', () => {
  const register = {
    type: 'RegisterPerson' as const,
    personId: 'P1',
    employer: null,
    classes: [] as string[],
  }
  test('is registered once, and not twice differently', () => {
    given(person).when(register).then(registered)
    given(person, registered)
      .when({ ...register, employer: 'Temp Ltd' })
      .thenRejected('PersonDiffers')
  })
  test('leaves, comes back, and is forgotten for good', () => {
    const retired = e.retired({ personId: 'P1', reason })
    const forgotten = e.forgotten({ personId: 'P1', reason })
    const back = { type: 'ReinstatePerson' as const, personId: 'P1', reason }
    given(person, registered, retired)
      .when(back)
      .then(e.reinstated({ personId: 'P1', reason }))
    given(person, registered)
      .when({ ...back, type: 'ForgetPerson' })
      .then(forgotten)
    given(person, registered, forgotten).when(back).thenRejected('PersonForgotten')
    given(person, registered, forgotten).when(grant, defined()).thenRejected('PersonForgotten')
    given(person, registered, retired).when(grant, defined()).thenRejected('PersonRetired')
  })
  test.each([
    ['PersonUnknown' as const, grant],
    ['PersonUnknown' as const, { type: 'ForgetPerson' as const, personId: 'P1', reason }],
  ])('%s', (code, command) => given(person).when(command).thenRejected(code))
})

describe('a qualification', () => {
  test('is granted in the version of now, for as long as its definition says', () => {
    given(person, registered).when(grant, defined(3)).then(granted('g1', 3))
    given(person, registered)
      .when({ ...grant, expiresAt: null }, defined(1, 'P1Y6M'))
      .then(
        e.granted({ ...content, grantId: 'g1', version: 1, expiresAt: '2027-09-02T06:00:00.000Z' }),
      )
  })
  test('is neither granted unknown nor withdrawn nor for no time', () => {
    given(person, registered).when(grant).thenRejected('QualificationUnknown')
    const { consulted } = defined()
    const withdrawn = q.withdrawn({ qualificationId: 'WELD', reason })
    given(person, registered)
      .when(grant, { consulted: qualification.evolve(consulted, withdrawn, T0) })
      .thenRejected('QualificationWithdrawn')
    given(person, registered)
      .when({ ...grant, expiresAt: T0 }, defined())
      .thenRejected('ExpiresBeforeGrant')
  })
  test('who holds it is not granted it again but in a new version; renewed it is at any time', () => {
    const past = [registered, granted()]
    given(person, ...past)
      .when({ ...grant, grantId: 'g9' }, defined())
      .thenRejected('QualificationHeld')
    given(person, ...past)
      .when({ ...grant, grantId: 'g9' }, defined(2))
      .then(granted('g9', 2))
    const renewed = e.renewed({ ...content, grantId: 'g2', version: 1, expiresAt: after(900) })
    given(person, ...past)
      .when(renew, { ...defined(), at: after(700) })
      .then(renewed)
    given(person, registered).when(renew, defined()).thenRejected('QualificationNotHeld')
    given(person, ...past)
      .when({ ...grant, evidence: 'other' }, defined())
      .thenRejected('GrantDiffers')
  })
  test('is suspended, lifted and revoked; what is not held is not', () => {
    const past = [registered, granted()]
    const suspend = { type: 'SuspendQualification' as const, ...WELD, reason }
    const lift = { ...suspend, type: 'LiftQualificationSuspension' as const }
    const revoke = { ...suspend, type: 'RevokeQualification' as const }
    const suspended = e.suspended({ ...WELD, reason })
    given(person, ...past)
      .when(suspend)
      .then(suspended)
    given(person, ...past)
      .when(lift)
      .thenNothing()
    given(person, ...past, suspended)
      .when(lift)
      .then(e.suspensionLifted({ ...WELD, reason }))
    given(person, ...past, suspended)
      .when(revoke)
      .then(e.revoked({ ...WELD, reason }))
    given(person, ...past, e.revoked({ ...WELD, reason }))
      .when(suspend)
      .thenRejected('QualificationNotHeld')
    given(person, registered).when(revoke).thenRejected('QualificationNotHeld')
  })
  test('defining it differently is a new version; withdrawn and defined again it goes on', () => {
    const define = {
      ...{ type: 'DefineQualification' as const, qualificationId: 'WELD', name: 'Welding' },
      ...{ description: null, personnelClassId: null, validity: 'P2Y' },
    }
    const first = q.defined({ ...define, version: 1 })
    given(qualification).when(define).then(first)
    given(qualification, first)
      .when({ ...define, validity: 'P1Y' })
      .then(q.defined({ ...define, validity: 'P1Y', version: 2 }))
    given(qualification, first, q.withdrawn({ qualificationId: 'WELD', reason }))
      .when(define)
      .then(q.defined({ ...define, version: 2 }))
    for (const validity of ['P0D', 'PT5H', '2 years', 'P'])
      expect(
        qualification.commands['DefineQualification']!.safeParse({ ...define, validity }).success,
        validity,
      ).toBe(false)
  })
})

describe('how somebody stands at a moment', () => {
  const history = [
    at(after(0), granted()),
    at(after(60), e.suspended({ ...WELD, reason })),
    at(after(120), e.suspensionLifted({ ...WELD, reason })),
    at(after(300), e.renewed({ ...content, grantId: 'g2', version: 2, expiresAt: after(900) })),
    at(after(800), e.revoked({ ...WELD, reason })),
  ]
  const fold = (facts: readonly (typeof history)[number][]) =>
    facts.reduce<ReturnType<typeof withChange>>((c, fact) => withChange(c, fact, fact.at!), [])
  test.each([
    [-1, 'NOT_HELD', null],
    [0, 'HELD', 1],
    [60, 'SUSPENDED', 1],
    [120, 'HELD', 1],
    [700, 'HELD', 2],
    [800, 'REVOKED', 2],
    [9_000, 'REVOKED', 2],
  ])('after %i minutes: %s', (minute, status, version) => {
    const standing = standingAt(fold(history), after(minute))
    expect([standing.status, standing.grant?.version ?? null]).toEqual([status, version])
  })
  test('it expires by itself, at the moment that was said', () => {
    const changes = fold(history.slice(0, 1))
    expect(standingAt(changes, after(599)).status).toBe('HELD')
    expect(standingAt(changes, after(600)).status).toBe('EXPIRED')
  })
  test('facts that were booked late stand in their place, in whatever order they came', () =>
    fc.assert(
      fc.property(fc.shuffledSubarray(history, { minLength: history.length }), (shuffled) => {
        expect(fold(shuffled)).toEqual(fold(history))
      }),
    ))
})
