import {
  jsonEvent,
  KurrentDBClient,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@kurrent/kurrentdb-client'
import { expect, test } from 'vitest'
import { createKurrentEventStore } from '../../../src/adapters/kurrentdb/event-store.ts'
import { createMemoryEventStore } from '../../../src/adapters/memory/event-store.ts'
import { NO_STREAM } from '../../../src/commands/event-store.ts'
import { systemClock } from '../../../src/commands/ports.ts'
import { facts, fresh, idsOf, one } from '../../contract/event-store-kit.ts'
import { memoryCheckpoints, serveGrpc } from '../../support/grpc.ts'

const catalogue = new Map()
const urlOf = ({ port }: { readonly port: number }) => `kurrentdb://127.0.0.1:${port}?tls=false`

test('the adapter goes on when its server comes back: appends, and subscriptions where they were', async () => {
  const log = createMemoryEventStore(systemClock, catalogue)
  const server = await serveGrpc({ store: log })
  const store = await createKurrentEventStore({ url: urlOf(server), catalogue })
  const stop = new AbortController()
  const seen: string[] = []
  const [first, second, third] = [facts(3), facts(2), facts(1)]
  const half = Promise.withResolvers<void>()
  const following = (async () => {
    for await (const batch of store.subscribe({ after: 0, signal: stop.signal })) {
      seen.push(...idsOf(batch.facts))
      if (seen.length === 3) half.resolve()
      if (seen.length === 6) stop.abort()
    }
  })()
  await one(store, { stream: fresh(), expected: NO_STREAM, events: first })
  await half.promise
  await server.close()
  // Written by somebody else while nobody could be reached.
  await one(log, { stream: fresh(), expected: NO_STREAM, events: second })
  const again = await serveGrpc({ store: log }, server.port)
  await one(store, { stream: fresh(), expected: NO_STREAM, events: third })
  await following
  expect(seen).toEqual(idsOf([...first, ...second, ...third]))
  await store.close()
  await again.close()
})

test('groups, their places and what they parked outlive the server', async () => {
  const store = createMemoryEventStore(systemClock, catalogue)
  const checkpoints = memoryCheckpoints()
  const stream = fresh('shared')
  const first = await serveGrpc({ store, checkpoints })
  const client = KurrentDBClient.connectionString(urlOf(first))
  const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START })
  await client.createPersistentSubscriptionToStream(stream, 'group', settings)
  const written = Array.from({ length: 4 }, (_, n) => jsonEvent({ type: 'Shared', data: { n } }))
  await client.appendToStream(stream, written)
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, 'group')
  let count = 0
  for await (const resolved of subscription) {
    if (count++ === 0) await subscription.nack('park', 'not now', resolved)
    else await subscription.ack(resolved)
    if (count === 3) break
  }
  await subscription.unsubscribe()
  const info = () => client.getPersistentSubscriptionToStreamInfo(stream, 'group')
  await expect.poll(async () => (await info()).stats.parkedMessageCount).toBe(1n)
  await client.dispose()
  await first.close()

  const second = await serveGrpc({ store, checkpoints })
  const later = KurrentDBClient.connectionString(urlOf(second))
  const rest = later.subscribeToPersistentSubscriptionToStream(stream, 'group')
  const seen: string[] = []
  for await (const resolved of rest) {
    seen.push(resolved.event!.id)
    await rest.ack(resolved)
    if (seen.length === 1) await later.replayParkedMessagesToStream(stream, 'group')
    if (seen.length === 2) break
  }
  await rest.unsubscribe()
  expect(seen).toEqual([written[3]!.id, written[0]!.id])
  await later.dispose()
  await second.close()
})
