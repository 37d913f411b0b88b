import { afterAll, beforeAll, expect, test } from 'vitest'
import type { System } from '../../src/system.ts'
import { subscribe } from '../support/sse.ts'
import { livePlant } from './live-plant.ts'

let plant: Awaited<ReturnType<typeof livePlant>>
/** Another API process on the same database; it projects nothing and searches for nothing. */
let other: System
beforeAll(async () => {
  plant = await livePlant()
  other = await plant.start('api')
})
afterAll(async () => {
  await other.close()
  await plant.end()
})

const statuses = (text: string): string[] =>
  [...text.matchAll(/"status":"([A-Z]+)"/g)].map(([, status]) => status!)
const follow = (planId: string) =>
  subscribe(
    `${other.api!.url}/graphql`,
    `subscription { planProgress(planId: "${planId}") { planId status iteration bound costs } }`,
  )

test('a search is followed in a process that does not do it, until it is over', async () => {
  const { stream } = await plant.mutate('requestPlan', 'iterations: 150000')
  const planId = stream.slice('plan-'.length)
  const progress = await follow(planId)
  await progress.ended
  const seen = statuses(progress.text())
  expect(seen).toContain('SEARCHING')
  expect(seen.at(-1)).toBe('PROPOSED')
  expect(seen.slice(0, -1)).not.toContain('PROPOSED')
  expect(progress.text()).toContain(planId)
})

test('what is over is said at once, and what nobody asked for is refused', async () => {
  const { stream } = await plant.mutate('requestPlan', 'iterations: 10')
  const planId = stream.slice('plan-'.length)
  await plant.proposed(planId)
  const progress = await follow(planId)
  await progress.ended
  expect(statuses(progress.text())).toEqual(['PROPOSED'])
  const unknown = await follow('PLAN-X')
  await unknown.ended
  expect(unknown.text()).toContain('planId PLAN-X: there is no such plan.')
})

test('one that fails elsewhere ends here too', async () => {
  const { stream } = await plant.mutate('requestPlan', 'iterations: 1000000')
  const planId = stream.slice('plan-'.length)
  const progress = await follow(planId)
  await expect.poll(() => statuses(progress.text()), { timeout: 20_000 }).toContain('SEARCHING')
  // As the policy has it that looks for plans whose process has ended.
  await plant.mutate('rejectPlan', `input: { planId: "${planId}", reason: "it takes too long" }`)
  await progress.ended
  expect(statuses(progress.text()).at(-1)).toBe('FAILED')
})
