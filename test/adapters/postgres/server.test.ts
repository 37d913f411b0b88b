import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { createPostgresEventStore } from '../../../src/adapters/postgres/event-store.ts'
import { lockFolder } from '../../../src/adapters/postgres/folder-lock.ts'
import { accountFor, assertReachable } from '../../../src/adapters/postgres/server-account.ts'
import { startPostgres } from '../../../src/adapters/postgres/server.ts'
import { START, StoreUnavailable } from '../../../src/commands/event-store.ts'
import { fact } from '../../contract/event-store-kit.ts'
import { temporaryFolder } from '../../support/postgres-server.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const postmaster = (dataFolder: string): number =>
  Number(readFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

test('starts, refuses a second Taktlog on the folder, and stops cleanly', async () => {
  const dataFolder = join(folder, 'plain')
  const server = await startPostgres({ dataFolder })
  await expect(startPostgres({ dataFolder })).rejects.toThrow(
    `the data folder ${dataFolder} is in use by another Taktlog, process ${process.pid}`,
  )
  const client = new pg.Client({ ...server.connection })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query(
    `select current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync,
            current_setting('server_encoding') as encoding`,
  )
  expect(rows[0]).toEqual({ tcp: '', fsync: 'on', encoding: 'UTF8' })
  await client.end()
  await server.stop()
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH')
})

test('a folder whose path is too long for a socket is served from a private short one', async () => {
  const server = await startPostgres({ dataFolder: join(folder, 'long'.repeat(30)) })
  expect(server.connection.host.length).toBeLessThan(86)
  await server.stop()
})

test('what was acknowledged survives a killed server, which comes back by itself', async () => {
  const server = await startPostgres({ dataFolder: join(folder, 'killed') })
  const store = await createPostgresEventStore({
    database: server.connection,
    catalogue: new Map(),
  })
  const event = fact()
  await store.append([{ stream: 'thing-1', expected: -1, events: [event] }])
  const killed = server.pid
  process.kill(killed, 'SIGKILL')
  for (let tries = 0; ; tries++) {
    const read = await store.readAll({ from: START, limit: 10 }).catch((error: unknown) => error)
    if (Array.isArray(read) && server.pid !== killed) {
      expect(read).toMatchObject([{ id: event.id }])
      break
    }
    if (!Array.isArray(read)) expect(read).toBeInstanceOf(StoreUnavailable)
  }
  await store.close()
  await server.stop()
})

test('after Taktlog was killed, the next start takes over from its server within 5 s', async () => {
  const dataFolder = join(folder, 'orphan')
  const script = resolve(import.meta.dirname, '../../support/server-child.ts')
  const child = spawn(process.execPath, [script, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [orphan] = await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(postmaster(dataFolder)).toBe(Number(orphan))
  const began = performance.now()
  const server = await startPostgres({ dataFolder })
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(postmaster(dataFolder)).toBe(server.pid)
  await server.stop()
})

test('starts over a stale pid file that now names another program', async () => {
  const dataFolder = join(folder, 'stale')
  await (await startPostgres({ dataFolder })).stop()
  writeFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataFolder}\n`)
  const server = await startPostgres({ dataFolder })
  expect(postmaster(dataFolder)).toBe(server.pid)
  await server.stop()
})

test.skipIf(process.getuid?.() !== 0)('root is told which folder closes the way', () => {
  const closed = mkdtempSync(join(folder, 'closed-'))
  const account = accountFor(folder)
  expect(account.uid).not.toBe(0)
  expect(() => assertReachable(account, [join(closed, 'data')])).toThrow(
    `user "${account.name}", who may not enter ${closed}`,
  )
})

test('a lock is taken over from the dead, be its number in use again, and not from the living', () => {
  const path = join(folder, 'taktlog.pid')
  for (const stale of ['999999999\n1\n', `${process.pid}\nanother start\n`, 'garbage']) {
    writeFileSync(path, stale)
    const release = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`)
    release()
  }
})
