import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../src/api/schema.ts'
import { deciders, observationDefinitions } from '../../src/domain/index.ts'

const SNAPSHOT = resolve(import.meta.dirname, 'schema.graphql')

test('the printed schema is the committed one (UPDATE_SCHEMA=1 writes it anew)', () => {
  const printed = `${printSchema(lexicographicSortSchema(schema))}\n`
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(SNAPSHOT, printed)
  expect(existsSync(SNAPSHOT) && readFileSync(SNAPSHOT, 'utf8')).toBe(printed)
})

test('is valid', () => expect(validateSchema(schema)).toEqual([]))

test('every type, field, argument and value says what it is', () => {
  const silent: string[] = []
  const note = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) silent.push(name)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    note(type.name, type)
    if (isEnumType(type)) for (const v of type.getValues()) note(`${type.name}.${v.name}`, v)
    if (isInputObjectType(type))
      for (const f of Object.values(type.getFields())) note(`${type.name}.${f.name}`, f)
    if (isObjectType(type) || isInterfaceType(type))
      for (const f of Object.values(type.getFields())) {
        note(`${type.name}.${f.name}`, f)
        for (const a of f.args) note(`${type.name}.${f.name}(${a.name})`, a)
      }
  }
  expect(silent).toEqual([])
})

/** What takes something that must not be in the log: a name, a secret, what is only assumed. */
const OUTSIDE_THE_LOG = [
  ...['changeSigningSecret', 'setPersonName', 'setSigningSecret', 'signRecord'],
  ...['createScenario', 'dropScenario', 'keepScenario'],
]

/** What is decided with the problem of the moment, which the API makes first. */
const WITH_A_PROBLEM = ['moveOperation', 'pinOperation', 'requestPlan']

test('every command and every observation has its mutation', () => {
  const mutations = Object.keys(schema.getMutationType()!.getFields())
  const commands = deciders.flatMap(({ commands: all, internal = [] }) =>
    Object.keys(all).filter((type) => !internal.includes(type)),
  )
  const expected = [
    ...commands.map((type) => type[0]!.toLowerCase() + type.slice(1)),
    ...[...observationDefinitions.keys()].map((type) => `record${type}`),
  ]
  expect(mutations.toSorted()).toEqual(
    [...expected, ...OUTSIDE_THE_LOG, ...WITH_A_PROBLEM].toSorted(),
  )
})
