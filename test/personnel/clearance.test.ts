import { describe, expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { catalogue } from '../../src/domain/index.ts'
import { person } from '../../src/domain/personnel/person.ts'
import { qualificationRules } from '../../src/domain/personnel/qualification-rules.ts'
import { qualification } from '../../src/domain/personnel/qualification.ts'
import { order } from '../../src/domain/production/order.ts'
import { after } from '../spec.ts'

/** Everything through `execute`: what counts is what the log holds when the decision is made. */
function plant(wrap: (store: EventStore) => EventStore = (store) => store) {
  const store = wrap(createMemoryEventStore({ now: () => after(100_000) }, catalogue))
  const execute = createExecute({ store, clock: { now: () => after(100_000) } })
  let n = 0
  const send = async (decider: Decider, command: object, minute = 0, site = 'S1') =>
    execute(decider, command, {
      ...{ commandId: `c${n++}`, actor: 'spec', source: 'spec', site },
      occurredAt: after(minute),
    })
  const must = async (...args: Parameters<typeof send>) => {
    const outcome = await send(...args)
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
  return {
    ...{ store, send, must },
    async founded() {
      await must(qualification, {
        type: 'DefineQualification',
        qualificationId: 'WELD',
        name: 'Welding',
      })
      await must(person, { type: 'RegisterPerson', personId: 'P1' })
      await must(order, {
        ...{ type: 'ReleaseOrder', orderId: 'PO', materialId: 'frame', quantity: 1, unit: 'C62' },
        operations: [
          { operationId: '10', sequence: 0, name: 'Cut', workCentreId: 'SAWS' },
          {
            ...{ operationId: '20', sequence: 1, name: 'Weld', workCentreId: 'CELLS' },
            qualifications: [{ qualificationId: 'WELD' }],
          },
        ],
      })
      return this
    },
    grant: (grantId = 'g1', expires = 600, minute = 0) =>
      must(
        person,
        {
          type: 'GrantQualification',
          personId: 'P1',
          qualificationId: 'WELD',
          grantId,
          expiresAt: after(expires),
        },
        minute,
      ),
    start: (operationId = '20', minute = 10, more: object = {}) =>
      send(
        order,
        { type: 'StartOperation', orderId: 'PO', operationId, personId: 'P1', ...more },
        minute,
      ),
    facts: async () =>
      (await store.readStream('order-PO')).map(({ type, data }: any) => ({ type, ...data })),
  }
}
const require = (scopeId: string | null, qualifications: object[], reason = 'safety') => ({
  ...{ type: 'RequireQualifications', scopeId, qualifications, reason },
})
const warn = { type: 'SetQualificationEnforcement', enforcement: 'WARN', reason: 'trial' }

describe('work that asks for a qualification', () => {
  test('is refused to whoever lacks it, by name; what asks for nothing is open to strangers', async () => {
    const p = await plant().founded()
    expect(await p.start()).toMatchObject({
      rejected: 'NotQualified',
      why: 'personId P1 lacks WELD version 1 (NOT_HELD) for operation 20 of order PO.',
    })
    expect(await p.start('20', 10, { personId: 'nobody' })).toMatchObject({
      why: expect.stringContaining('PERSON_UNKNOWN'),
    })
    await p.must(order, {
      type: 'StartOperation',
      orderId: 'PO',
      operationId: '10',
      personId: 'nobody',
    })
    expect((await p.facts()).at(-1)).not.toHaveProperty('qualified')
  })
  test('leaves the proof in the fact', async () => {
    const p = await plant().founded()
    await p.grant()
    expect(isRejection(await p.start())).toBe(false)
    expect((await p.facts()).at(-1)).toMatchObject({
      type: 'OperationStarted',
      qualified: true,
      proof: [{ qualificationId: 'WELD', version: 1, grantId: 'g1', expiresAt: after(600) }],
      missing: [],
    })
  })
  test.each([
    ['EXPIRED', 600, null],
    ['SUSPENDED', 20, { type: 'SuspendQualification' }],
    ['REVOKED', 20, { type: 'RevokeQualification' }],
    ['PERSON_GONE', 20, { type: 'RetirePerson' }],
  ])('%s does not do', async (why, minute, change) => {
    const p = await plant().founded()
    await p.grant()
    const wish = { personId: 'P1', qualificationId: 'WELD', reason: 'audit' }
    if (change) await p.must(person, { ...wish, ...change }, 15)
    expect(await p.start('20', minute)).toMatchObject({
      rejected: 'NotQualified',
      why: expect.stringContaining(`(${why})`),
    })
    if (change) expect(isRejection(await p.start('20', 14)), 'before, it did').toBe(false)
  })
  test('is asked for again when work is resumed', async () => {
    const p = await plant().founded()
    await p.grant()
    await p.start()
    const byPerson = { orderId: 'PO', operationId: '20', personId: 'P1' }
    await p.must(order, { type: 'PauseOperation', ...byPerson }, 500)
    const resume = { type: 'ResumeOperation', ...byPerson }
    expect(await p.send(order, resume, 600)).toMatchObject({ rejected: 'NotQualified' })
    await p.must(
      person,
      {
        ...{ type: 'RenewQualification', personId: 'P1', qualificationId: 'WELD', grantId: 'g2' },
        expiresAt: after(900),
      },
      590,
    )
    await p.must(order, resume, 600)
    expect((await p.facts()).at(-1)).toMatchObject({
      type: 'OperationResumed',
      proof: [{ grantId: 'g2', expiresAt: after(900) }],
    })
  })
  test('a site may let it begin with a warning, which stands in the fact', async () => {
    const p = await plant().founded()
    await p.must(qualificationRules, warn)
    expect(isRejection(await p.start())).toBe(false)
    expect((await p.facts()).at(-1)).toMatchObject({
      qualified: false,
      proof: [],
      missing: [{ qualificationId: 'WELD', minVersion: 1, why: 'NOT_HELD' }],
    })
  })
  test("another site's rules do not count", async () => {
    const p = await plant().founded()
    await p.must(qualificationRules, warn, 0, 'S2')
    expect(await p.start()).toMatchObject({ rejected: 'NotQualified' })
  })
})

describe('places ask too', () => {
  test.each([
    ['the work centre', 'SAWS'],
    ['the equipment', 'SAW-1'],
    ['the whole site', null],
  ])('%s', async (_, scopeId) => {
    const p = await plant().founded()
    await p.must(qualificationRules, require(scopeId, [{ qualificationId: 'WELD' }]))
    expect(await p.start('10', 10, { equipmentId: 'SAW-1' })).toMatchObject({
      rejected: 'NotQualified',
    })
    await p.must(qualificationRules, require(scopeId, []))
    expect(isRejection(await p.start('10', 10, { equipmentId: 'SAW-1' }))).toBe(false)
  })
  test('the higher version of two that are asked for counts', async () => {
    const p = await plant().founded()
    await p.grant()
    await p.must(qualificationRules, require('CELLS', [{ qualificationId: 'WELD', minVersion: 2 }]))
    expect(await p.start()).toMatchObject({
      why: expect.stringContaining('WELD version 2 (OLD_VERSION)'),
    })
    await p.must(qualification, {
      ...{ type: 'DefineQualification', qualificationId: 'WELD', name: 'Welding, TIG included' },
    })
    await p.grant('g2')
    expect(isRejection(await p.start())).toBe(false)
    expect((await p.facts()).at(-1).proof).toMatchObject([{ version: 2, grantId: 'g2' }])
  })
})

test('what is revoked while a start is under way is seen by the decision that counts', async () => {
  let strike = async (): Promise<void> => {}
  const p = await plant((store) => ({
    ...store,
    async append(appends) {
      // The start lost a race for its order, and meanwhile the qualification was taken away.
      if (appends[0]!.events[0]!.type === 'OperationStarted') await strike()
      return store.append(appends)
    },
  })).founded()
  await p.grant()
  let struck = 0
  strike = async () => {
    if (struck++ > 0) return
    const wish = { personId: 'P1', qualificationId: 'WELD', reason: 'accident' }
    await p.must(person, { type: 'RevokeQualification', ...wish }, 5)
    const [first] = await p.store.readStream('order-PO')
    const { id: _, ...held } = {
      ...first!,
      type: 'OrderHoldLifted',
      data: { orderId: 'PO', reason: 'x' },
    }
    await p.store.append([
      { stream: 'order-PO', expected: -2, events: [{ ...held, id: crypto.randomUUID() }] },
    ])
  }
  expect(await p.start()).toMatchObject({ rejected: 'NotQualified' })
  expect(struck).toBe(1)
})

test('an order released before requirements existed is started as ever', async () => {
  const p = await plant().founded()
  const [released] = await p.store.readStream('order-PO')
  const { operations, ...data } = released!.data as { readonly operations: readonly object[] }
  const old = operations.map((o) => ({ ...o, qualifications: undefined }))
  const event = {
    ...released!,
    id: crypto.randomUUID(),
    data: { ...data, orderId: 'OLD', operations: old },
  }
  await p.store.append([{ stream: 'order-OLD', expected: -1, events: [event] }])
  expect(isRejection(await p.start('20', 10, { orderId: 'OLD' }))).toBe(false)
})
