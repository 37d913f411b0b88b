import type { TestProject } from 'vitest/node'
import { createBroker, removeBroker, startBroker, type BrokerFolder } from './kafka-broker.ts'

/** A broker for the tests: that of KAFKA_BROKERS, else one that was started for them. */
export interface TestKafka {
  readonly brokers: readonly string[]
  /** Null where it is not ours to kill. */
  readonly own: BrokerFolder | null
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where there is none; what needs it is skipped. */
    kafka: TestKafka | null
  }
}

/** One Apache Kafka for all tests of this run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['KAFKA_BROKERS']
  if (given) {
    project.provide('kafka', { brokers: given.split(','), own: null })
    return async () => {}
  }
  const made = await createBroker()
  if ('missing' in made) {
    console.log(`NOTICE: tests against Kafka are skipped: ${made.missing} (or set KAFKA_BROKERS)`)
    project.provide('kafka', null)
    return async () => {}
  }
  await startBroker(made)
  project.provide('kafka', { brokers: [`127.0.0.1:${made.port}`], own: made })
  return () => removeBroker(made)
}
