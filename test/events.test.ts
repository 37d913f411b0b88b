import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { catalogue } from '../src/domain/index.ts'
import { facts } from './facts.ts'

/**
 * What was recorded once must be read for ever. A payload in `fixtures/events` is never changed or
 * removed, only joined by one of the next version; a schema in `fixtures/schemas` shows in review what
 * an event's change means. `UPDATE_EVENTS=1` writes what is missing, and the schemas anew.
 */
const EVENTS = 'test/fixtures/events'
const SCHEMAS = 'test/fixtures/schemas'
const UPDATE = process.env['UPDATE_EVENTS'] === '1'

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const write = (path: string, value: unknown): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** A payload of each type as the deciders and sources make it, for fixtures that are missing. */
function examples(): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const log of fc.sample(facts, { numRuns: 3_000, seed: 1 }))
    for (const { type, data } of log) if (!found.has(type)) found.set(type, data)
  return found
}

if (UPDATE) {
  const made = examples()
  for (const { type, schema, version } of catalogue.values()) {
    const path = `${EVENTS}/${type}.v${version}.json`
    if (!existsSync(path) && made.has(type)) write(path, made.get(type))
    write(`${SCHEMAS}/${type}.json`, z.toJSONSchema(schema))
  }
}

describe.each([...catalogue.keys()].sort())('%s', (type) => {
  const definition = catalogue.get(type)!
  test('every version that was ever recorded is read', () => {
    for (let version = 1; version <= definition.version; version++) {
      const path = `${EVENTS}/${type}.v${version}.json`
      expect(existsSync(path), `${path} is missing: UPDATE_EVENTS=1, or write it by hand`).toBe(
        true,
      )
      const data = definition.upcast(read(path), version)
      expect(definition.schema.parse(data)).toEqual(data)
    }
  })
  test('its schema is the one that was reviewed', () =>
    expect(z.toJSONSchema(definition.schema)).toEqual(read(`${SCHEMAS}/${type}.json`)))
})

test('no recorded type has been forgotten', () => {
  const types = readdirSync(EVENTS).map((file) => file.replace(/\.v\d+\.json$/, ''))
  expect([...new Set(types)].filter((type) => !catalogue.has(type))).toEqual([])
})
