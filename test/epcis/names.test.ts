import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNames, idOf, versionOf, type ThingKind } from '../../src/projections/epcis/names.ts'

const OWN = { base: 'urn:taktlog:', gs1Prefix: null }
const GS1 = { base: 'https://id.example.com/', gs1Prefix: '4012345' }

test.each<[ThingKind, string, string]>([
  ['lot', '012345.L-1', 'urn:epc:class:lgtin:4012345.012345.L-1'],
  ['serial', '012345.77', 'urn:epc:id:sgtin:4012345.012345.77'],
  ['package', '0000000333', 'urn:epc:id:sscc:4012345.0000000333'],
  ['location', '00011.987', 'urn:epc:id:sgln:4012345.00011.987'],
  ['lot', '12345.L-1', 'https://id.example.com/lot/12345.L-1'],
  ['lot', 'heat 7/8', 'https://id.example.com/lot/heat%207%2F8'],
  ['lot', 'urn:epc:class:lgtin:4000001.012345.A', 'urn:epc:class:lgtin:4000001.012345.A'],
  [
    'serial',
    'https://id.gs1.org/01/04012345123456/21/1',
    'https://id.gs1.org/01/04012345123456/21/1',
  ],
])('%s %s is named %s', (kind, id, uri) => expect(createNames(GS1)(kind, id)).toBe(uri))

describe('names and ids', () => {
  const ids = fc.string({ minLength: 1, maxLength: 30 }).filter((id) => !/^(urn:|https?:)/.test(id))
  test.each([OWN, GS1])('a name leads back to the id, by $base', (naming) => {
    fc.assert(
      fc.property(ids, fc.constantFrom<ThingKind>('lot', 'serial', 'order'), (id, kind) => {
        expect(idOf(naming, createNames(naming)(kind, id))).toBe(id)
      }),
    )
  })
  test('another naming is another version of the rows', () => {
    expect(versionOf(1, OWN)).toBe(1)
    expect(
      new Set([OWN, GS1, { ...GS1, gs1Prefix: '4012346' }].map((n) => versionOf(1, n))).size,
    ).toBe(3)
  })
})
