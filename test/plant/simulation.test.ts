import { expect, test } from 'vitest'
import type { Action } from '../../src/adapters/plant/actions.ts'
import { createPlayer } from '../../src/adapters/plant/player.ts'
import { createSimulation } from '../../src/adapters/plant/simulation.ts'
import { inProcess } from './in-process.ts'

const FROM = Date.parse('2026-03-02T05:13:00.000Z')
const HOURS = 8
const UNTIL = FROM + HOURS * 3_600_000

function play(seed: number, hours = HOURS): readonly Action[] {
  const actions: Action[] = []
  const timeline = createSimulation(seed, FROM, (action) => actions.push(action))
  while (timeline.nextAt() <= FROM + hours * 3_600_000) timeline.step()
  return actions
}

test('the same seed and beginning give the same actions, another seed others', () => {
  expect(play(7)).toEqual(play(7))
  expect(play(7)).not.toEqual(play(8))
})

test('actions come in the order of time and within the time played', () => {
  // The shifts were settled the day before.
  const moments = play(7)
    .map((a) => Date.parse(a.occurredAt))
    .filter((at) => at >= FROM)
  expect(moments).toEqual(moments.toSorted((a, b) => a - b))
  expect(moments[0]).toBe(FROM)
  expect(moments.at(-1)).toBeLessThanOrEqual(UNTIL)
})

test.each([1, 2, 7, 18])('seed %i: every shift has breakdowns', (seed) => {
  const faults = play(seed).filter((action: any) => action.data?.state === 'FAULT')
  expect(faults.length).toBeGreaterThanOrEqual(3)
})

test.each([1, 2, 7, 42])('seed %i: nothing is refused that should not be', async (seed) => {
  const { port } = inProcess(new Date(UNTIL).toISOString())
  const surprises: string[] = []
  const player = createPlayer(port, (about, { code, message }) =>
    surprises.push(`${about} ${code}: ${message}`),
  )
  const actions = play(seed)
  // What the plant is founded with has to be known before anybody works.
  const founded = actions.findIndex((a) => Date.parse(a.occurredAt) > FROM)
  for (const action of actions.slice(0, founded)) player.take(action)
  await player.drained()
  for (const action of actions.slice(founded)) player.take(action)
  player.flush()
  await player.drained()
  expect(surprises).toEqual([])
  const commands = actions.filter((a) => a.kind === 'command')
  const counts = player.counts()
  expect(counts.commands).toBe(commands.length)
  expect(counts.commands).toBeGreaterThan(1_500)
  expect(counts.commands).toBeLessThan(4_000)
  expect(counts.observations).toBeGreaterThan(1_500)
  expect(counts.observations).toBeLessThan(6_000)
})
