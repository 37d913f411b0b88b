import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createExecute } from '../../src/commands/execute.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { by, clock, log, newStore, pathUp, race } from './race.ts'

const RUNS = { numRuns: 150 }

test('no interleaving of installs all round closes a circle, at any depth', () =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 }), fc.boolean()), {
        minLength: 4,
        maxLength: 20,
        size: 'max',
      }),
      async (s, joints) => {
        const store = newStore()
        const execute = createExecute({ store, clock })
        for (let n = 0; n < 6; n++) {
          const made = {
            type: 'ProduceUnit',
            serial: `S${n}`,
            movementId: 'm',
            materialId: 'ring',
          }
          await execute(unit, made, by(`made ${n}`, 'client'))
        }
        const list = joints.map(([a, b, remove], n) => ({
          decider: unit,
          command: {
            type: remove ? 'RemoveComponent' : 'InstallComponent',
            serial: `S${a}`,
            parentSerial: `S${b}`,
            movementId: `m${n}`,
            ...(remove ? { reason: 'because' } : {}),
          },
        }))
        await race(s, store, list)
        const parents = new Map<string, string>()
        for (const { type, data } of await log(store)) {
          if (type === 'ComponentRemoved') parents.delete(data.serial)
          if (type !== 'ComponentInstalled') continue
          parents.set(data.serial, data.parentSerial)
          expect(pathUp(parents, data.parentSerial)).not.toContain(data.serial)
        }
      },
    ),
    RUNS,
  ))

test('a component of any depth is refused where it would hold itself, and goes anywhere else', async () => {
  const store = newStore()
  const execute = createExecute({ store, clock })
  const send = async (n: string, command: object) => {
    const outcome = await execute(unit, command, by(n, 'client'))
    return isRejection(outcome) ? outcome.rejected : 'granted'
  }
  const depth = 12
  for (let n = 0; n <= depth; n++)
    await send(`p${n}`, { type: 'ProduceUnit', serial: `S${n}`, movementId: 'p', materialId: 'x' })
  const into = (component: number, parent: number) =>
    send(`i${component}/${parent}`, {
      type: 'InstallComponent',
      serial: `S${component}`,
      parentSerial: `S${parent}`,
      movementId: `i${parent}`,
    })
  // From the top down, which needs all above to be ranked anew.
  for (let n = 1; n < depth; n++) expect(await into(n, n - 1)).toBe('granted')
  expect(await into(0, depth - 1)).toBe('IntoItself')
  expect(await into(depth, depth - 1)).toBe('granted')
})
