import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { connectorOf } from '../src/connector-role.ts'

const BROKERS = { KAFKA_BROKERS: 'k1:9092, k2:9092' }
const connector = (environment: Record<string, string> = {}) =>
  connectorOf(readConfig({ ...BROKERS, ...environment }))

test('without brokers there is no connector', () => expect(connectorOf(readConfig({}))).toBeNull())

test('everything is published, nothing taken in and nothing allowed, unless settings say so', () => {
  expect(connector()).toMatchObject({
    kafka: { brokers: ['k1:9092', 'k2:9092'], clientId: 'taktlog', tls: null, sasl: null },
    messaging: { prefix: 'taktlog.', categories: null, incoming: [], origin: 'taktlog' },
    principal: { actor: 'kafka:taktlog', scopes: new Set(), sites: [] },
  })
  expect(connector({ TAKTLOG_KAFKA_CATEGORIES: 'none' })!.messaging.categories).toEqual([])
})

test('messages act with the scopes and for the sites of the settings', () => {
  const incoming = { TAKTLOG_KAFKA_IN: 'erp', TAKTLOG_KAFKA_SCOPES: 'command:production' }
  const one = connector({ ...incoming, TAKTLOG_KAFKA_SITES: 'S1' })!
  expect(one.principal).toMatchObject({ scopes: new Set(['command:production']), sites: ['S1'] })
  expect(connector({ ...incoming, TAKTLOG_KAFKA_SITES: '*' })!.principal.sites).toBeNull()
})

test('user and password, and encryption', () => {
  const user = { TAKTLOG_KAFKA_USER: 'u', TAKTLOG_KAFKA_PASSWORD: 'p' }
  expect(connector({ ...user, TAKTLOG_KAFKA_TLS: 'true' })!.kafka).toMatchObject({
    tls: {},
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
  })
})

test.each<[RegExp, Record<string, string>]>([
  [/TAKTLOG_KAFKA_SCOPES and TAKTLOG_KAFKA_SITES/, { TAKTLOG_KAFKA_IN: 'erp' }],
  [/TAKTLOG_KAFKA_SITES/, { TAKTLOG_KAFKA_IN: 'erp', TAKTLOG_KAFKA_SCOPES: 'command:production' }],
  [/CATEGORIES: oder is none of absence, /, { TAKTLOG_KAFKA_CATEGORIES: 'oder' }],
  [/itself writes to taktlog\.equipment/, { TAKTLOG_KAFKA_IN: 'taktlog.equipment' }],
  [/itself writes to taktlog\.dead-letter/, { TAKTLOG_KAFKA_IN: 'taktlog.dead-letter' }],
  [/both/, { TAKTLOG_KAFKA_USER: 'u' }],
  [/both/, { TAKTLOG_KAFKA_PASSWORD: 'p' }],
  [
    /plain needs TAKTLOG_KAFKA_TLS/,
    { TAKTLOG_KAFKA_USER: 'u', TAKTLOG_KAFKA_PASSWORD: 'p', TAKTLOG_KAFKA_SASL: 'plain' },
  ],
  [/CA needs TAKTLOG_KAFKA_TLS/, { TAKTLOG_KAFKA_CA: 'ca.pem' }],
  [/TAKTLOG_KAFKA_CA: ENOENT/, { TAKTLOG_KAFKA_CA: '/no/ca.pem', TAKTLOG_KAFKA_TLS: 'true' }],
  [/KAFKA_BROKERS.*host:port/, { KAFKA_BROKERS: 'k1' }],
  [/KAFKA_IN.*letters, digits/, { TAKTLOG_KAFKA_IN: 'a b' }],
])('refused: %s', (why, environment) => {
  expect(() => connector(environment)).toThrow(ConfigError)
  expect(() => connector(environment)).toThrow(why)
  expect(() => connector({ ...environment, TAKTLOG_KAFKA_PASSWORD: 'secret' })).not.toThrow(
    /secret/,
  )
})
