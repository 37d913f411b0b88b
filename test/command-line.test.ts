import { rmSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settings } from '../src/config.ts'
import { projections } from '../src/projections/index.ts'
import { release } from './support/api-server.ts'
import { temporaryFolder } from './support/postgres-server.ts'
import { postmasterOf, runTaktlog, serveTaktlog, type Served } from './support/taktlog-process.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runTaktlog(args, env).ended

describe.concurrent('help and mistakes', () => {
  test('--help explains every command and every environment variable', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const command of ['serve', 'demo', 'import', 'rebuild', 'verify', 'log-key', 'key'])
      expect(stdout).toMatch(new RegExp(`^  ${command} .*[a-z.]$`, 'm'))
    for (const { variable, about } of Object.values(settings))
      expect(stdout).toMatch(new RegExp(`^  ${variable} +${RegExp.escape(about)}`, 'm'))
  })

  test.each([['serve'], ['import', 'csv'], ['key', 'create']])(
    '%s --help explains its options',
    async (...command) => {
      const { code, stdout } = await run([...command, '--help'])
      expect(code).toBe(0)
      expect(stdout).toContain('Usage: taktlog')
    },
  )

  test('a wrong setting is refused with the variable, the value and the rule', async () => {
    const wrong = {
      TAKTLOG_PORT: '99999',
      TAKTLOG_AUTH: 'magic',
      DATABASE_URL: 'mysql://u:secret@h',
    }
    const { code, stderr } = await run(['serve', '--data', join(folder, 'unused')], wrong)
    expect(code).toBe(1)
    const lines = stderr.trim().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines).toContainEqual(expect.stringMatching(/TAKTLOG_PORT="99999": .*65535/))
    expect(lines).toContainEqual(expect.stringMatching(/TAKTLOG_AUTH="magic": .*"keys"/))
    expect(stderr).toContain('must start with postgres://')
    expect(stderr).not.toContain('secret')
  })

  test.each([
    [['serve', '--port', 'x'], /TAKTLOG_PORT="x": /],
    [['serve', '--host', '0.0.0.0'], /TAKTLOG_AUTH/],
    [['rebuild', 'nonsense'], /no read model "nonsense"; there are: .*bookings, /],
    [['rebuild'], /name read models, .*--all/],
    [['key', 'create', '--name', 'x'], /required option '--scopes/],
    [['key', 'revoke', 'nobody'], /no key nobody/],
    [['sing'], /unknown command 'sing'/],
  ])('%j is refused in plain words', async (args, says) => {
    const data = args[0] === 'sing' ? [] : ['--data', join(folder, args.join('-'))]
    const { code, stderr } = await run([...args, ...data])
    expect(code).toBe(1)
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('a port in use is told in plain words, and nothing is left running', async () => {
    const somebody = createServer().listen(0, '127.0.0.1')
    await once(somebody, 'listening')
    const { port } = somebody.address() as AddressInfo
    const data = join(folder, 'port')
    const { code, stderr } = await run(['serve', '--data', data, '--port', `${port}`])
    somebody.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(`^TAKTLOG_HOST=127.0.0.1, TAKTLOG_PORT=${port}: another`, 'm'),
    )
    expect(stderr).not.toMatch(/^ +at /m)
    expect(() => postmasterOf(data)).toThrow('ENOENT')
  })

  test('a database that is not there is named', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    await new Promise((resolve) => nobody.close(resolve))
    const { code, stderr } = await run(['serve'], {
      DATABASE_URL: `postgres://u:secret@127.0.0.1:${port}/d`,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`ECONNREFUSED 127.0.0.1:${port}`)
    expect(stderr).not.toContain('secret')
  })
})

describe('a running Taktlog', () => {
  const data = join(folder, 'running')
  const keys = { TAKTLOG_AUTH: 'keys' }
  let server: Served
  beforeAll(async () => {
    server = await serveTaktlog(data, { env: keys })
  })
  afterAll(() => server.child.kill('SIGKILL'))

  const ask = (query: string, token?: string): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query }),
    })
  const create = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(['key', 'create', '--data', data, ...args])
    expect(code, stderr).toBe(0)
    return { token: stdout.trim(), id: /Key (\S+) /.exec(stderr)![1]! }
  }

  test('refuses a second one on its folder, naming folder and process', async () => {
    const { code, stderr } = await run(['serve', '--data', data, '--port', '0'])
    expect(code).toBe(1)
    expect(stderr).toContain(`the data folder ${data} is in use by another Taktlog`)
    expect(stderr).toContain(`process ${server.pid}`)
  })

  test('keys are created, listed without secrets, and revoked beside it', async () => {
    expect((await ask('{ __typename }')).status).toBe(401)
    const { token, id } = await create(
      '--name',
      'line 3',
      '--scopes',
      'read:production,command:production',
    )
    expect(await (await ask(release('PO-1'), token)).json()).toMatchObject({
      data: { releaseOrder: { __typename: 'Ack' } },
    })
    const listed = await run(['key', 'list', '--data', data])
    expect(listed.code).toBe(0)
    expect(listed.stdout).toMatch(
      new RegExp(`^${id}\tline 3\tread:production,command:production\tall sites`, 'm'),
    )
    expect(listed.stdout).not.toContain(token)
    expect(await run(['key', 'revoke', '--data', data, id])).toMatchObject({ code: 0 })
    await expect
      .poll(async () => (await ask('{ __typename }', token)).status, { timeout: 20_000 })
      .toBe(401)
    expect((await run(['key', 'list', '--data', data])).stdout).toMatch(/\trevoked \d{4}-/)
    expect(await run(['key', 'revoke', '--data', data, id])).toMatchObject({ code: 1 })
  })

  test('read models are rebuilt beside it, with progress, and it goes on', async () => {
    const { token } = await create('--name', 'all', '--scopes', '*')
    await ask(release('PO-2'), token)
    const one = await run(['rebuild', 'orders', '--data', data])
    expect(one).toMatchObject({ code: 0, stdout: 'Rebuilt orders.\n' })
    const all = await run(['rebuild', '--all', '--data', data])
    expect(all.code, all.stderr).toBe(0)
    expect(all.stderr).toMatch(/^rebuild: (\d+) of \1 events$/m)
    for (const { name } of projections) expect(all.stdout).toContain(name)
    const { data: released } = await (await ask(release('PO-3'), token)).json()
    const query = `{ orders(first: 9, atLeast: "${released.releaseOrder.position}") {
      nodes { orderId } asOf { state } } }`
    const answer = await (await ask(query, token)).json()
    expect(answer.data.orders.nodes.map((o: any) => o.orderId).sort()).toEqual([
      'PO-1',
      'PO-2',
      'PO-3',
    ])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s stops it cleanly, and what it had is there again',
    async (name) => {
      const postmaster = postmasterOf(data)
      server.child.kill(name)
      const { code, stdout } = await server.ended
      expect(code).toBe(0)
      expect(stdout).toMatch(/Stopping \.\.\.\n$/)
      expect(() => process.kill(postmaster, 0)).toThrow('ESRCH')
      expect(() => postmasterOf(data)).toThrow('ENOENT')
      server = await serveTaktlog(data, { env: keys })
      const { token } = await create('--name', name, '--scopes', 'read:production')
      const answer = await (await ask('{ orders(first: 9) { nodes { orderId } } }', token)).json()
      expect(answer.data.orders.nodes).toHaveLength(3)
    },
  )
})
