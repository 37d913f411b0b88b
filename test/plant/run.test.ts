import { expect, test } from 'vitest'
import type { Wish } from '../../src/adapters/plant/actions.ts'
import { createGraphqlClient } from '../../src/adapters/plant/graphql-client.ts'
import { runPlant } from '../../src/adapters/plant/run.ts'
import { fakeTaktlog, takesAll } from './fake-taktlog.ts'

const MINUTE_MS = 60_000
const NOW = Date.parse('2026-03-02T12:00:00.000Z')

const hold: Wish = {
  kind: 'command',
  type: 'HoldOrder',
  commandId: 'c1',
  occurredAt: '2026-03-02T06:00:00.000Z',
  input: { orderId: 'PO1', reason: 'Question' },
  keys: [],
}

test('plays what is past, then goes on as the clock does', async () => {
  const taktlog = await fakeTaktlog(takesAll)
  const stop = new AbortController()
  let now = NOW
  const shares: number[] = []
  const moments = (): number[] =>
    taktlog.received.flatMap(({ variables }) =>
      [variables, ...(variables.observations ?? [])].flatMap((v) =>
        v.occurredAt ? [Date.parse(v.occurredAt)] : [],
      ),
    )
  let latestPlayed = 0
  const ended = runPlant({
    url: taktlog.url,
    signal: stop.signal,
    from: NOW - 30 * MINUTE_MS,
    now: () => now,
    onProgress: ({ history }) => {
      shares.push(history)
      if (history !== 1) return
      latestPlayed = Math.max(...moments())
      now = NOW + 10 * MINUTE_MS
    },
  })
  await expect.poll(() => Math.max(...moments()), { timeout: 20_000 }).toBeGreaterThan(NOW)
  stop.abort()
  await ended
  await taktlog.close()
  expect(shares.at(-1)).toBe(1)
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(latestPlayed).toBeLessThanOrEqual(NOW)
  expect(Math.max(...moments())).toBeLessThanOrEqual(now)
})

test('a lost connection and a busy server are tried again with the same command', async () => {
  const taktlog = await fakeTaktlog((received, response, nth) => {
    if (nth === 1) response.destroy()
    else if (nth === 2) response.writeHead(503).end()
    else if (nth === 3)
      response.end(
        JSON.stringify({ errors: [{ message: 'away', extensions: { code: 'StoreUnavailable' } }] }),
      )
    else takesAll(received, response, nth)
  })
  const stop = new AbortController()
  const lost: string[] = []
  const client = createGraphqlClient(taktlog.url, stop.signal, (why) => lost.push(why))
  expect(await client.command(hold)).toBeNull()
  expect(taktlog.received.map((r) => r.variables.commandId)).toEqual(['c1', 'c1', 'c1', 'c1'])
  expect(lost).toHaveLength(1)
  await taktlog.close()
})

test('a refusal and an error come back with their code', async () => {
  const taktlog = await fakeTaktlog((_, response, nth) =>
    response.end(
      JSON.stringify(
        nth === 1
          ? { data: { result: { __typename: 'Rejected', code: 'OrderHeld', message: 'is held' } } }
          : { errors: [{ message: 'no such field' }] },
      ),
    ),
  )
  const client = createGraphqlClient(taktlog.url, new AbortController().signal, () => {})
  expect(await client.command(hold)).toEqual({ code: 'OrderHeld', message: 'is held' })
  expect(await client.command(hold)).toEqual({ code: 'GraphQLError', message: 'no such field' })
  await taktlog.close()
})

test('the plant says once of each kind what went wrong, and goes on', async () => {
  const refused = { __typename: 'Denied', code: 'Forbidden', message: 'not you' }
  const taktlog = await fakeTaktlog((_, response) =>
    response.end(JSON.stringify({ data: { result: refused } })),
  )
  const stop = new AbortController()
  const lines: string[] = []
  const { promise: played, resolve } = Promise.withResolvers<number>()
  const ended = runPlant({
    url: taktlog.url,
    signal: stop.signal,
    from: NOW - 5 * MINUTE_MS,
    now: () => NOW,
    log: (line) => lines.push(line),
    onProgress: ({ history, unexpected }) => {
      if (history === 1) resolve(unexpected)
    },
  })
  expect(await played).toBeGreaterThan(100)
  stop.abort()
  await ended
  await taktlog.close()
  expect(lines).toContain('ReceiveLot: Forbidden. not you')
  expect(new Set(lines).size).toBe(lines.length)
})
