import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCheckpoints } from '../../../src/adapters/postgres/checkpoints.ts'
import { START } from '../../../src/commands/event-store.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

test('a checkpoint starts at the beginning, is kept, and never moves back', async () => {
  const [checkpoints] = await Promise.all([1, 2, 3].map(() => createCheckpoints(database.pool)))
  expect(await checkpoints!.load('when-a-then-b')).toBe(START)
  await checkpoints!.save('when-a-then-b', 12)
  await checkpoints!.save('when-a-then-b', 7)
  await checkpoints!.save('another', 3)
  const again = await createCheckpoints(database.pool)
  expect(await again.load('when-a-then-b')).toBe(12)
})
