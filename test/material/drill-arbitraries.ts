import fc from 'fast-check'
import type { RecallDrillCommand } from '../../src/domain/material/recall-drill.ts'
import { after } from '../spec.ts'

const drillId = fc.constantFrom('DR1', 'DR2')
const drilledLot = fc.record({
  ...{
    lotId: fc.constantFrom('L1', 'L2'),
    backward: fc.nat({ max: 9 }),
    forward: fc.nat({ max: 9 }),
  },
  durationMs: fc.constantFrom(3, 70_000),
  unexplained: fc.constantFrom(0, 0, 2),
  problems: fc.subarray(['an edge is missing']),
})
/** Wishes about two drills, and what they found. */
export const recallDrillCommand: fc.Arbitrary<RecallDrillCommand> = fc.oneof(
  fc.record({
    ...{
      type: fc.constant('RequestRecallDrill' as const),
      drillId,
      sampleSize: fc.constantFrom(1, 5),
    },
    ...{ lotIds: fc.subarray(['L1']), seed: fc.constantFrom(null, 'x') },
  }),
  fc.record({
    ...{ type: fc.constant('CompleteRecallDrill' as const), drillId, seed: fc.constant('x') },
    ...{ position: fc.constant(7), startedAt: fc.constant(after(1)) },
    lots: fc.array(drilledLot, { maxLength: 2 }),
  }),
)
