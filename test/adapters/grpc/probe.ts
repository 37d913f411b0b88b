import { fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as kurrent from '@kurrent/kurrentdb-client'

/** What both client packages offer under the same names. */
export type ClientPackage = Pick<
  typeof kurrent,
  | 'jsonEvent'
  | 'binaryEvent'
  | 'START'
  | 'END'
  | 'FORWARDS'
  | 'BACKWARDS'
  | 'NO_STREAM'
  | 'ANY'
  | 'STREAM_EXISTS'
  | 'eventTypeFilter'
  | 'streamNameFilter'
  | 'excludeSystemEvents'
  | 'persistentSubscriptionToStreamSettingsFromDefaults'
  | 'persistentSubscriptionToAllSettingsFromDefaults'
  | 'WrongExpectedVersionError'
  | 'StreamNotFoundError'
  | 'StreamDeletedError'
>
export type Client = kurrent.KurrentDBClient

export interface Probe {
  readonly package: ClientPackage
  readonly scheme: string
  readonly connect: (connectionString: string) => Client
}

let serial = 0
export const freshStream = (category = 'thing'): string => `${category}-${++serial}-${Date.now()}`

export interface Using {
  readonly client: Client
  readonly pkg: ClientPackage
}

/** Runs suites through one client package against the server, or against the one the environment names. */
export function probe(
  name: string,
  { package: pkg, scheme, connect }: Probe,
  suites: readonly ((use: () => Using) => void)[],
): void {
  describe(`EventStoreDB protocol through ${name}`, () => {
    let client: Client
    const child: { kill?: () => void } = {}
    beforeAll(async () => {
      const real = process.env['TAKTLOG_TEST_KURRENTDB_URL']
      if (real) client = connect(real)
      else {
        const server = fork(new URL('../../support/grpc-child.ts', import.meta.url))
        child.kill = () => server.kill()
        const [port] = await once(server, 'message')
        client = connect(`${scheme}://127.0.0.1:${port}?tls=false`)
      }
    })
    afterAll(async () => {
      await client?.dispose()
      child.kill?.()
    })
    for (const suite of suites) suite(() => ({ client, pkg }))
  })
}

/** The first `count` of a stream that does not end by itself. */
export async function take<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  for await (const item of source) if (taken.push(item) === count) break
  return taken
}

export const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of source) all.push(item)
  return all
}

export const expectError = async (work: Promise<unknown>, type: string): Promise<any> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ type })
  return error
}

export { expect, test }
