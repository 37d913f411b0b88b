import { expect, test } from 'vitest'
import { createLogger, withoutSecrets } from '../src/logger.ts'
import { apiPlant, release } from './support/api-server.ts'

const TOKEN = `tk_0123456789abcdef_${'s'.repeat(43)}`
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'

function logged(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = []
  const log = createLogger({ logLevel: level }, { write: (line) => void lines.push(line) })
  return { log, text: () => lines.join(''), lines }
}

test.each([
  ['a header', { req: { headers: { authorization: 'Bearer hunter2' } } }],
  ['a cookie', { req: { headers: { cookie: 'session=hunter2', 'set-cookie': 'hunter2' } } }],
  ['a field', { password: 'hunter2', body: { secret: 'hunter2', apiKey: 'hunter2' } }],
  ['a connection string', { url: 'postgres://ada:hunter2@db/taktlog' }],
  ['one with an odd password', { url: 'postgres://ada:p@:/hunter2@db/taktlog' }],
  ['an error', { err: new Error('connect kurrentdb://admin:hunter2@node1:2113?tls=true failed') }],
  ['parameters', { url: 'postgres://db/taktlog?user=ada&password=hunter2&x=1' }],
  ['a log key', { text: 'PRIVATE+KEY+taktlog+1234+hunter2' }],
])('%s never shows its secret', (_, fields) => {
  const { log, text } = logged()
  log.error(fields, 'failed')
  expect(text()).toContain('failed')
  expect(text()).toContain('[hidden]')
  expect(text()).not.toContain('hunter2')
})

test('keys and tokens do not show in texts; the id of a key does', () => {
  const line = withoutSecrets(`key ${TOKEN}, token ${JWT}, Basic YWRhOmh1bnRlcjI=`)
  expect(line).toBe('key tk_0123456789abcdef_[hidden], token [hidden], Basic [hidden]')
})

test('what holds no secret stays as it is, and JSON stays JSON', () => {
  const { log, lines } = logged()
  log.info({ url: 'http://127.0.0.1:4000/graphql', at: '2026-03-02T06:00:00Z' }, 'a: b@c')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    url: 'http://127.0.0.1:4000/graphql',
    msg: 'a: b@c',
  })
})

test('a line about a request has its id, which is the correlation of its facts, and no content', async () => {
  const plant = await apiPlant()
  const { log, text, lines } = logged()
  try {
    const { ask } = await plant.serve({ auth: { mode: 'keys' } }, {}, log)
    const { token } = await plant.key({})
    const headers = { 'x-request-id': 'errand-7' }
    await ask(release('PO-SECRET'), { token, headers })
    await ask(release('PO-SECRET'), { token: 'tk_wrong' })
    const answered = () => lines.map((l) => JSON.parse(l)).filter((l) => l.msg === 'answered')
    await expect.poll(() => answered().map(({ status }) => status)).toEqual([200, 401])
    expect(answered()[0]).toMatchObject({ reqId: 'errand-7', method: 'POST', route: '/graphql' })
    for (const content of [token, 'tk_wrong', 'PO-SECRET']) expect(text()).not.toContain(content)
    const [fact] = await plant.store.readStream('order-PO-SECRET')
    expect(fact!.metadata.correlationId).toBe('errand-7')
  } finally {
    await plant.end()
  }
})

test('the line of an error that was hidden from the caller has the id of the request', async () => {
  const plant = await apiPlant()
  const { log, lines } = logged()
  try {
    const broken = { ...plant.store, readAll: async () => Promise.reject(new Error('broken')) }
    const { ask } = await plant.serve({}, { store: broken }, log)
    // Answered by the short way, and by way of a Fetch API request.
    for (const [id, accept] of [
      ['quick', '*/*'],
      ['slow', 'application/graphql-response+json'],
    ]) {
      const headers = { 'x-request-id': id, accept }
      const { errors } = await ask('{ events { nodes { id } } }', { headers })
      const hidden = lines.map((l) => JSON.parse(l)).find(({ reqId, err }) => err && reqId === id)
      expect(errors?.[0]?.message).toContain(hidden.id)
    }
  } finally {
    await plant.end()
  }
})
