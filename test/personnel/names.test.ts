import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryPersonNames } from '../../src/adapters/memory/person-names.ts'
import { createPersonNames } from '../../src/adapters/postgres/person-names.ts'
import type { Principal } from '../../src/api/authorise.ts'
import { eraseForgotten, setPersonName } from '../../src/commands/person-names.ts'
import { projections } from '../../src/projections/index.ts'
import { expectSameRows } from '../projections/same-rows.ts'
import { after } from '../spec.ts'
import { NAME, only, plantWithPeople, weld } from './plant.ts'

/** Who a person is: shown to whoever may know, found nowhere else, and gone when forgotten. */
let plant: Awaited<ReturnType<typeof plantWithPeople>>
beforeAll(async () => {
  plant = await plantWithPeople()
})
afterAll(async () => plant?.end())
const ask = (...args: Parameters<typeof plant.ask>) => plant.ask(...args)
const wish = (...args: Parameters<typeof plant.wish>) => plant.wish(...args)
const setName = (...args: Parameters<typeof plant.setName>) => plant.setName(...args)

describe('names', () => {
  test('need their scope and their site, wherever a person is shown', async () => {
    const { persons } = await ask(
      '{ persons { nodes { personId name } } }',
      only(['read:personnel'], ['S2']),
    )
    expect(persons.nodes).toEqual([{ personId: 'X1', name: 'Xena Far' }])
    const denied = ask(
      '{ order(orderId: "PO") { workClocks { person { name } } } }',
      only(['read:personnel']),
    )
    await expect(denied).rejects.toThrow('read:production')
    const byPerson = { orderId: 'PO', operationId: '20', personId: 'P1' }
    await wish('StartOperation', byPerson, 400)
    await wish('CompleteOperation', byPerson, 500)
    const clocks = '{ order(orderId: "PO") { workClocks { personId person { name } } } }'
    const both = await ask(clocks, only(['read:production', 'read:personnel']))
    expect(both.order.workClocks).toEqual([{ personId: 'P1', person: { name: NAME } }])
    await expect(ask(clocks, only(['read:production']))).rejects.toThrow('read:personnel')
    const without = '{ order(orderId: "PO") { workClocks { personId person { personId } } } }'
    expect((await ask(without, only(['read:production']))).order.workClocks).toHaveLength(1)
  })
  test('are found by letters and badge, also only where they may be seen', async () => {
    const find = async (where: string, who?: Principal) =>
      (await ask(`{ persons(where: { ${where} }) { nodes { personId } } }`, who)).persons.nodes
    expect(await find('nameContains: "quill"')).toEqual([{ personId: 'P1' }])
    expect(await find('badge: "B-P2"')).toEqual([{ personId: 'P2' }])
    expect(await find('nameContains: "Xena"', only(['read:personnel'], ['S1']))).toEqual([])
  })
  test('are set by whoever may, for registered people of the site', async () => {
    expect(await setName('P1', 'No', only(['read:personnel']))).toMatchObject({ code: 'Forbidden' })
    const setter = only(['command:personnel.SetPersonName'], ['S1'])
    expect(await setName('P1', NAME, setter)).toMatchObject({ __typename: 'PersonNamed' })
    expect(await setName('X1', 'No', setter, 'S2')).toMatchObject({ code: 'Forbidden' })
    expect(await setName('X1', 'No', setter)).toMatchObject({ code: 'WrongSite' })
    expect(await setName('P9', 'No', setter)).toMatchObject({ code: 'PersonUnknown' })
    expect(await setName('P1', ' ', setter)).toMatchObject({ __typename: 'InvalidInput' })
  })
  test('are nowhere in the log or the read models', async () => {
    await plant.settled()
    const facts = JSON.stringify(await plant.services.store.readAll({ from: 0, limit: 10_000 }))
    expect(facts).toContain('"P1"')
    const { rows: tables } = await plant.pool.query(
      `select format('%I.%I', table_schema, table_name) name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema', 'taktlog')`,
    )
    expect(tables.length).toBeGreaterThan(projections.length)
    let seen = facts
    for (const { name } of tables)
      seen += JSON.stringify((await plant.pool.query(`select t::text from ${name} t`)).rows)
    for (const secret of [NAME, 'Quillfeather', 'Underwood', 'B-P1'])
      expect(seen).not.toContain(secret)
  })
  test('forgotten, a person is a former employee; everything else stands and is rebuilt', async () => {
    const { forgetPerson } = await ask(`mutation { forgetPerson(
      commandId: "forget", site: "S1", input: { personId: "P1", reason: "asked for it" }) {
      __typename ... on Ack { events { type } } } }`)
    expect(forgetPerson).toEqual({ __typename: 'Ack', events: [{ type: 'PersonForgotten' }] })
    const { rows } = await plant.pool.query('select t::text from taktlog.person_names t')
    expect(JSON.stringify(rows)).not.toContain('Quillfeather')
    const { person, order, clearances } = await ask(`{
      person(personId: "P1") { name badge status reason qualifications { qualificationId } }
      order(orderId: "PO") { workClocks { person { name } } }
      clearances { nodes { person { personId name } proof { grantId } } } }`)
    expect(person).toEqual({
      ...{ name: 'former employee', badge: null, status: 'FORGOTTEN', reason: 'asked for it' },
      qualifications: [weld],
    })
    expect(order.workClocks).toEqual([{ person: { name: 'former employee' } }])
    expect(clearances.nodes[0].person).toEqual({ personId: 'P1', name: 'former employee' })
    expect(await setName('P1', NAME)).toMatchObject({ code: 'PersonForgotten' })
    const facts = await plant.services.store.readAll({ from: 0, limit: 10_000 })
    const about = projections.filter((p) => ['personnel', 'production'].includes(p.context))
    await expectSameRows(about, facts)
  }, 60_000)
  test('what a crash left undone is done later; two who set and forget at once leave no name', async () => {
    await wish('RegisterPerson', { personId: 'P5' })
    const names = createMemoryPersonNames()
    const entry = { personId: 'P5', site: 'S1', name: 'Cy', badge: null, email: null }
    const clock = { now: () => after(0) }
    const by = { at: after(0), actor: 'x' }
    await names.put(entry, by)
    const forgetting = {
      ...names,
      // Forgotten between the look at the log and the writing of the name.
      put: async (...args: Parameters<typeof names.put>) => {
        await wish('ForgetPerson', { personId: 'P5', reason: 'asked' })
        await names.put(...args)
      },
    }
    const { store } = plant.services
    expect(await setPersonName({ names: forgetting, store, clock }, entry, 'x')).toMatchObject({
      rejected: 'PersonForgotten',
    })
    expect(await names.find(['P5'])).toEqual(new Map())
    await names.put(entry, by)
    const stop = new AbortController()
    const checkpoints = { load: async () => 0, save: async () => stop.abort() }
    await eraseForgotten({ names, store, checkpoints, signal: stop.signal })
    expect(await names.find(['P5'])).toEqual(new Map())
  })
  test('in memory and in the table are kept alike', async () => {
    const by = { at: after(0), actor: 'x' }
    for (const names of [createMemoryPersonNames(), await createPersonNames(plant.pool)]) {
      const q1 = { personId: 'Q1', site: 'S3', name: 'Zoë Tall', badge: '77', email: null }
      await names.put({ ...q1, name: 'Zoe' }, by)
      await names.put(q1, by)
      expect(await names.find(['Q1', 'none'])).toEqual(new Map([['Q1', q1]]))
      expect(await names.search({ contains: 'TALL' }, null)).toEqual(['Q1'])
      expect(await names.search({ badge: '77' }, ['S3'])).toEqual(['Q1'])
      expect(await names.search({ badge: '77' }, ['S1'])).toEqual([])
      await names.erase('Q1')
      expect(await names.find(['Q1'])).toEqual(new Map())
    }
  })
})
