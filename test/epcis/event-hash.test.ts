import { expect, test } from 'vitest'
import { eventHash, namespacesIn, preHash } from '../../src/projections/epcis/event-hash.ts'
import { canonicalUri, checkDigit } from '../../src/projections/epcis/gs1-uri.ts'

/** The first worked example of CBV 2.0, section 8.9. */
const departing = {
  type: 'ObjectEvent',
  eventTime: '2020-03-04T11:00:30.000+01:00',
  eventTimeZoneOffset: '+01:00',
  recordTime: '2020-03-04T11:00:30.999+01:00',
  epcList: [
    'urn:epc:id:sscc:4012345.0000000333',
    'urn:epc:id:sscc:4012345.0000000111',
    'urn:epc:id:sscc:4012345.0000000222',
  ],
  action: 'OBSERVE',
  bizStep: 'departing',
  readPoint: { id: 'urn:epc:id:sgln:4012345.00011.987' },
  'example:myField1': { 'example:mySubField1': '2', 'example:mySubField2': '5' },
  'example:myField2': '0',
  'example:myField3': { 'example:mySubField3': ['3', '1'] },
}
const namespaces = namespacesIn([{ example: 'https://ns.example.com/epcis/' }])
const KNOWN =
  'ni:///sha-256;6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7?ver=CBV2.0'

test('known answer: the string that is hashed, and its hash', () => {
  expect(preHash(departing, namespaces)).toBe(
    'eventType=ObjectEventeventTime=2020-03-04T10:00:30.000ZeventTimeZoneOffset=+01:00' +
      'epcListepc=https://id.gs1.org/00/040123450000001112' +
      'epc=https://id.gs1.org/00/040123450000002225' +
      'epc=https://id.gs1.org/00/040123450000003338' +
      'action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-departing' +
      'readPointid=https://id.gs1.org/414/4012345000115/254/987' +
      '{https://ns.example.com/epcis/}myField1{https://ns.example.com/epcis/}mySubField1=2' +
      '{https://ns.example.com/epcis/}mySubField2=5{https://ns.example.com/epcis/}myField2=0' +
      '{https://ns.example.com/epcis/}myField3{https://ns.example.com/epcis/}mySubField3=1' +
      '{https://ns.example.com/epcis/}mySubField3=3',
  )
  expect(eventHash(departing, namespaces)).toBe(KNOWN)
})

test('the same event, told in other words, has the same id', () => {
  const other = {
    ...departing,
    eventID: 'urn:uuid:1',
    eventTime: '2020-03-04T10:00:30Z',
    epcList: departing.epcList.toReversed(),
    bizStep: 'urn:epcglobal:cbv:bizstep:departing',
    readPoint: { id: 'https://example.com/gln/4012345000115/254/987?x=1' },
    errorDeclaration: { declarationTime: '2021-01-01T00:00:00Z' },
  }
  expect(eventHash(other, namespaces)).toBe(KNOWN)
  expect(eventHash({ ...departing, action: 'ADD' }, namespaces)).not.toBe(KNOWN)
})

test.each([
  ['urn:epc:id:sgtin:4012345.011111.9876', 'https://id.gs1.org/01/04012345111118/21/9876'],
  ['urn:epc:class:lgtin:0614141.077777.987', 'https://id.gs1.org/01/00614141777778/10/987'],
  ['urn:epc:idpat:sgtin:4012345.066666.*', 'https://id.gs1.org/01/04012345666663'],
  ['urn:epc:id:sgln:4012345.00005.0', 'https://id.gs1.org/414/4012345000054'],
  ['urn:epc:id:giai:4000001.111', 'https://id.gs1.org/8004/4000001111'],
  ['urn:epc:id:gdti:4012345.55555.1234', 'https://id.gs1.org/253/40123455555541234'],
  ['urn:epc:id:pgln:4000001.98765', 'https://id.gs1.org/417/4000001987658'],
  [
    'https://example.com/x/gtin/4012345111118/lot/A/ser/7',
    'https://id.gs1.org/01/04012345111118/21/7',
  ],
  ['urn:taktlog:lot:L1', 'urn:taktlog:lot:L1'],
])('%s is %s', (uri, canonical) => expect(canonicalUri(uri)).toBe(canonical))

test('check digits', () => expect(checkDigit('629104150021')).toBe(3))
