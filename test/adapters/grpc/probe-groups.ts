import { randomUUID } from 'node:crypto'
import type { PersistentAction } from '@kurrent/kurrentdb-client'
import { expect, expectError, freshStream, take, test, type Using } from './probe.ts'

type Use = () => Using

const SHORT_MS = 200

async function grouped({ client, pkg }: Using, count: number, changes: object = {}) {
  const stream = freshStream('shared')
  const written = Array.from({ length: count }, (_, n) =>
    pkg.jsonEvent({ id: randomUUID(), type: 'Shared', data: { n } }),
  )
  const settings = { startFrom: pkg.START, checkPointAfter: SHORT_MS, ...changes }
  await client.createPersistentSubscriptionToStream(
    stream,
    'group',
    pkg.persistentSubscriptionToStreamSettingsFromDefaults(settings as never),
  )
  if (count > 0) await client.appendToStream(stream, written)
  return { stream, ids: written.map(({ id }) => id) }
}

/** Takes events and does with each what the judge says, until there were so many. */
async function work(
  { client }: Using,
  stream: string,
  count: number,
  judge: (id: string, retries: number) => PersistentAction | 'ack' = () => 'ack',
): Promise<string[]> {
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, 'group')
  const seen: string[] = []
  for await (const resolved of subscription) {
    const { id } = resolved.event!
    seen.push(id)
    const verdict = judge(id, resolved.retryCount)
    if (verdict === 'ack') await subscription.ack(resolved)
    else await subscription.nack(verdict, 'the judge said so', resolved)
    if (seen.length === count) break
  }
  await subscription.unsubscribe()
  return seen
}

export function sharing(use: Use): void {
  test('competing consumers get each event once between them', async () => {
    const { stream, ids } = await grouped(use(), 40)
    const shares = [[], []] as string[][]
    const enough = Promise.withResolvers<void>()
    const subscriptions = shares.map((share) => {
      const subscription = use().client.subscribeToPersistentSubscriptionToStream(stream, 'group', {
        bufferSize: 5,
      })
      subscription.on('data', (resolved) => {
        share.push(resolved.event!.id)
        void subscription.ack(resolved)
        if (shares.flat().length === ids.length) enough.resolve()
      })
      return subscription
    })
    await enough.promise
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()))
    expect(shares.flat().sort()).toEqual([...ids].sort())
    expect(Math.min(...shares.map((share) => share.length))).toBeGreaterThan(0)
  })

  test('an event is tried again, then parked, then replayed', async () => {
    const { client } = use()
    const { stream, ids } = await grouped(use(), 3, { maxRetryCount: 2 })
    const seen = await work(use(), stream, 5, (id) => (id === ids[1] ? 'retry' : 'ack'))
    expect(seen.filter((id) => id === ids[1])).toHaveLength(3)
    const parked = async () =>
      (await client.getPersistentSubscriptionToStreamInfo(stream, 'group')).stats.parkedMessageCount
    await expect.poll(parked).toBe(1n)
    await client.replayParkedMessagesToStream(stream, 'group')
    expect(await work(use(), stream, 1)).toEqual([ids[1]])
    expect(await parked()).toBe(0n)
  })

  test('park and skip put aside at once; what was not answered comes back', async () => {
    const { client } = use()
    const { stream, ids } = await grouped(use(), 3, { messageTimeout: SHORT_MS })
    await work(use(), stream, 2, (id) => (id === ids[0] ? 'park' : 'skip'))
    const parked = async () =>
      (await client.getPersistentSubscriptionToStreamInfo(stream, 'group')).stats.parkedMessageCount
    await expect.poll(parked).toBe(1n)
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, 'group')
    const [first, second] = await take(subscription, 2)
    await subscription.unsubscribe()
    expect([first!.event!.id, second!.event!.id]).toEqual([ids[2], ids[2]])
    expect(second!.retryCount).toBeGreaterThan(0)
  })

  test('groups are listed, changed and removed; a stranger is told', async () => {
    const { client, pkg } = use()
    const { stream } = await grouped(use(), 0)
    const listed = await client.listPersistentSubscriptionsToStream(stream)
    expect(listed).toMatchObject([{ eventSource: stream, groupName: 'group' }])
    const changed = pkg.persistentSubscriptionToStreamSettingsFromDefaults({ maxRetryCount: 3 })
    await client.updatePersistentSubscriptionToStream(stream, 'group', changed)
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, 'group')
    expect(info.settings.maxRetryCount).toBe(3)
    await expectError(
      client.createPersistentSubscriptionToStream(stream, 'group', changed),
      'persistent-subscription-exists',
    )
    await client.deletePersistentSubscriptionToStream(stream, 'group')
    const gone = 'persistent-subscription-does-not-exist'
    await expectError(client.deletePersistentSubscriptionToStream(stream, 'group'), gone)
    await expectError(work(use(), stream, 1), gone)
  })

  test('a group over the log, with a filter', async () => {
    const { client, pkg } = use()
    const type = `Grouped${Date.now()}`
    const group = `all-${Date.now()}`
    const settings = pkg.persistentSubscriptionToAllSettingsFromDefaults({ startFrom: pkg.START })
    await client.createPersistentSubscriptionToAll(group, settings, {
      filter: pkg.eventTypeFilter({ prefixes: [type] }),
    })
    const written = [0, 1].map((n) => pkg.jsonEvent({ id: randomUUID(), type, data: { n } }))
    await client.appendToStream(freshStream(), written)
    const subscription = client.subscribeToPersistentSubscriptionToAll(group)
    const seen: string[] = []
    for await (const resolved of subscription) {
      seen.push(resolved.event!.id)
      await subscription.ack(resolved)
      if (seen.length === 2) break
    }
    await subscription.unsubscribe()
    expect(seen).toEqual(written.map(({ id }) => id))
    const listed = await client.listAllPersistentSubscriptions()
    expect(listed.map(({ groupName }) => groupName)).toContain(group)
    await client.deletePersistentSubscriptionToAll(group)
  })
}
