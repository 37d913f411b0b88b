import { z } from 'zod'
import { flag, list, setting } from './setting.ts'

/** Names that Kafka takes for topics, clients and groups. */
const name = /^[A-Za-z0-9._-]{1,200}$/
const LEGAL = 'may have letters, digits, dots, underscores and hyphens'
const legal = (value: string): boolean => name.test(value)

/** Everything about Kafka; without brokers the rest is not looked at. */
export const kafkaSettings = {
  kafkaBrokers: setting(
    'KAFKA_BROKERS',
    list.pipe(z.array(z.string().regex(/^.+:\d{1,5}$/, 'must be host:port'))).default([]),
    'Brokers of a Kafka, host:port, comma-separated; the role connector does nothing without.',
  ),
  kafkaTls: setting('TAKTLOG_KAFKA_TLS', flag.default(false), 'Talk to the brokers encrypted.'),
  kafkaCa: setting(
    'TAKTLOG_KAFKA_CA',
    z.string().min(1).optional(),
    'File with the certificate (PEM) of the authority that signed those of the brokers.',
  ),
  kafkaSasl: setting(
    'TAKTLOG_KAFKA_SASL',
    z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).default('scram-sha-512'),
    'How user and password are shown to the brokers: plain (only with TLS), scram-sha-256 or -512.',
  ),
  kafkaUser: setting(
    'TAKTLOG_KAFKA_USER',
    z.string().min(1).optional(),
    'User for the brokers; without, nobody is authenticated.',
  ),
  kafkaPassword: setting(
    'TAKTLOG_KAFKA_PASSWORD',
    z.string().min(1).optional(),
    'Password of that user.',
    true,
  ),
  kafkaClientId: setting(
    'TAKTLOG_KAFKA_CLIENT_ID',
    z.string().refine(legal, LEGAL).default('taktlog'),
    'What Taktlog calls itself; also the consumer group that shares the topics of TAKTLOG_KAFKA_IN.',
  ),
  kafkaPrefix: setting(
    'TAKTLOG_KAFKA_PREFIX',
    z.string().refine(legal, LEGAL).default('taktlog.'),
    'Begins the name of each topic that Taktlog writes to.',
  ),
  kafkaCategories: setting(
    'TAKTLOG_KAFKA_CATEGORIES',
    list.default(['*']),
    'Stream categories whose events are published, comma-separated; * is all, none is nothing.',
  ),
  kafkaIn: setting(
    'TAKTLOG_KAFKA_IN',
    list.pipe(z.array(z.string().refine(legal, LEGAL))).default([]),
    'Topics that commands and observations are taken from, comma-separated; none by default.',
  ),
  kafkaScopes: setting(
    'TAKTLOG_KAFKA_SCOPES',
    list.default([]),
    'What messages may do, as scopes of a key: command:<context>, observe:<context>, ...; nothing by default.',
  ),
  kafkaSites: setting(
    'TAKTLOG_KAFKA_SITES',
    list.default([]),
    'Sites that messages may be about, comma-separated; * is all, none by default.',
  ),
}
