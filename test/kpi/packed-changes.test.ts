import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changesOf, withChange } from '../../src/projections/kpi/packed-changes.ts'

/** Milliseconds of a day, times 16, plus the code of a state. */
const added = fc.integer({ min: 0, max: 86_400_000 * 16 + 15 })

test('changes come back in order and once, whatever order they were put in', () => {
  fc.assert(
    fc.property(fc.array(added, { maxLength: 40 }), (changes) => {
      const packed = changes.reduce(withChange, '')
      const sorted = [...new Set(changes)].sort((a, b) => a - b)
      expect([...changesOf(packed)]).toEqual(sorted)
      // The same text as a buffer makes: rows of earlier versions are read and gone on with.
      expect(packed).toBe(Buffer.from(Int32Array.from(sorted).buffer).toString('base64'))
      // Ascending, as most come.
      expect(sorted.reduce(withChange, '')).toBe(packed)
    }),
    { numRuns: 500 },
  )
})
