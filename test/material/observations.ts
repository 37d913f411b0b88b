import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import { after } from '../spec.ts'

/** A machine says what it did to one of the serials. */
export const unitObservation: fc.Arbitrary<Observation> = fc
  .record({
    serial: fc.constantFrom('S1', 'S2', 'S3'),
    materialId: fc.constantFrom(null, 'steel'),
    orderId: fc.constantFrom(null, 'PO-1'),
    operationId: fc.constantFrom('10', '20'),
    operationName: fc.constantFrom(null, 'Mill'),
    equipmentId: fc.constantFrom('M1', 'M2'),
    program: fc.constantFrom(null, 'O1234'),
    start: fc.integer({ min: 0, max: 500 }),
    minutes: fc.integer({ min: 0, max: 90 }),
    personId: fc.constantFrom(null, 'P1'),
  })
  .map(({ start, minutes, ...data }) => ({
    type: 'UnitProcessed',
    occurredAt: after(start + minutes),
    data: { ...data, startedAt: after(start), endedAt: after(start + minutes) },
  }))
