import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { createKafkaMessageBus } from '../../../src/adapters/kafka/message-bus.ts'
import { readConfig } from '../../../src/config.ts'
import { connectorOf } from '../../../src/connector-role.ts'
import { KAFKA_USER } from '../../support/kafka-broker.ts'
import { fresh, read } from './support.ts'

const secure = inject('kafka')?.own?.secure

/** The bus of a Taktlog with these settings, on the listener that wants TLS and a password. */
function secured(settings: Readonly<Record<string, string>>) {
  const config = readConfig({
    KAFKA_BROKERS: `127.0.0.1:${secure!.port}`,
    TAKTLOG_KAFKA_TLS: 'true',
    TAKTLOG_KAFKA_CA: join(secure!.certificates, 'ca.pem'),
    TAKTLOG_KAFKA_USER: KAFKA_USER.name,
    TAKTLOG_KAFKA_PASSWORD: KAFKA_USER.password,
    ...settings,
  })
  return createKafkaMessageBus(connectorOf(config)!.kafka)
}

describe.skipIf(!secure)('a broker that wants TLS and a password', () => {
  test.each(['plain', 'scram-sha-512'])('%s: messages go out and come in', async (mechanism) => {
    const bus = await secured({ TAKTLOG_KAFKA_SASL: mechanism })
    const topic = fresh(mechanism)
    await bus.ensureTopics([topic])
    await bus.publish([{ topic, key: 'k', value: 'said in secret', headers: {} }])
    const [message] = await read(bus, [topic], ({ length }) => length === 1)
    expect(String(message!.value)).toBe('said in secret')
    await bus.close()
  })

  test.each([
    ['plain', { TAKTLOG_KAFKA_PASSWORD: 'wrong' }, /authentication failed/i],
    ['scram-sha-512', { TAKTLOG_KAFKA_PASSWORD: 'wrong' }, /authentication failed/i],
    ['scram-sha-512', { TAKTLOG_KAFKA_USER: 'stranger' }, /authentication failed/i],
    ['scram-sha-256', {}, /mechanism/i],
  ])('%s with %o is refused in plain words', async (mechanism, settings, words) => {
    const bus = await secured({ TAKTLOG_KAFKA_SASL: mechanism, ...settings })
    await expect(bus.ensureTopics([fresh('never')])).rejects.toMatchObject({
      name: 'BusUnavailable',
      message: expect.stringMatching(words),
    })
    await bus.close()
  })

  test('a certificate of an authority that is not trusted is refused', async () => {
    const bus = await secured({ TAKTLOG_KAFKA_CA: join(secure!.certificates, 'other.pem') })
    await expect(bus.ensureTopics([fresh('never')])).rejects.toThrow(/certificate|signature/i)
    await bus.close()
  })
})
