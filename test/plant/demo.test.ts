import { afterAll, beforeAll, expect, test } from 'vitest'
import { runningPlant } from './running-plant.ts'

let plant: Awaited<ReturnType<typeof runningPlant>>
beforeAll(async () => {
  plant = await runningPlant(1)
  console.log(`history played in ${Math.round(plant.tookMs)} ms`, plant.progress)
})
afterAll(async () => {
  await plant?.end()
})

test('the whole history was taken, nothing was refused that should not be', () => {
  expect(plant.lines).toEqual([])
  expect(plant.progress.unexpected).toBe(0)
  expect(plant.progress.commands).toBeGreaterThan(1_500)
})
