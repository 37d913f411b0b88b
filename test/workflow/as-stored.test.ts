import { expect, test } from 'vitest'
import { z } from 'zod'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { NO_STREAM } from '../../src/commands/event-store.ts'
import { recordHash } from '../../src/commands/signing/record-hash.ts'
import { catalogue, event } from '../../src/domain/event.ts'
import { T0 } from '../spec.ts'
import { freshDatabase } from '../support/postgres.ts'

test('an event type that gets a new version changes no hash of what was signed before', async () => {
  const { connection, drop } = await freshDatabase()
  const before = catalogue([event('Painted', z.object({ colour: z.string() }))])
  const after = catalogue([
    event('Painted', z.object({ colour: z.string(), coats: z.number() }), [
      (old: { colour: string }) => ({ ...old, coats: 1 }),
    ]),
  ])
  const old = await createPostgresEventStore({ database: connection, catalogue: before })
  const correlation = { correlationId: 'c', causationId: 'c' }
  const metadata = { occurredAt: T0, source: 'spec', site: 'S1', actor: 'spec', ...correlation }
  const id = '00000000-0000-4000-8000-000000000001'
  const painted = { id, type: 'Painted', schemaVersion: 1, data: { colour: 'red' }, metadata }
  await old.append([{ stream: 'wall-1', expected: NO_STREAM, events: [painted] }])
  const signed = recordHash('wall-1', await old.readStream('wall-1', { asStored: true }))
  await old.close()

  const now = await createPostgresEventStore({ database: connection, catalogue: after })
  const [today] = await now.readStream('wall-1')
  expect(today!.data).toEqual({ colour: 'red', coats: 1 })
  const stored = await now.readStream('wall-1', { asStored: true })
  expect(stored[0]!.data).toEqual({ colour: 'red' })
  expect(recordHash('wall-1', stored)).toBe(signed)
  await now.close()
  await drop()
})
