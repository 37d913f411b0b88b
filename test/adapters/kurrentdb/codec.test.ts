import fc from 'fast-check'
import { z } from 'zod'
import { expect, test } from 'vitest'
import { decoder, toPlace, toPosition } from '../../../src/adapters/kurrentdb/codec.ts'
import { catalogue, event } from '../../../src/domain/event.ts'

/** Bytes of log that a position can count: 2^52, some 4.5 PB. */
const MOST = 2n ** 52n - 1n
const commits = fc.bigInt({ min: 1n, max: MOST })
const written = (commit: bigint) => ({ commit, prepare: commit })
const checkpoint = (commit: bigint) => ({ commit, prepare: commit - 1n })

test('a position keeps the order of places, far beyond 32 bits, checkpoints before the event there', () =>
  fc.assert(
    fc.property(commits, commits, (a, b) => {
      const [x, y] = [toPosition(written(a)), toPosition(written(b))]
      expect(Math.sign(x - y)).toBe(a < b ? -1 : a > b ? 1 : 0)
      expect(toPosition(checkpoint(a))).toBe(x - 1)
    }),
  ))

test('the place of a position is where it came from: reading on from there leaves nothing out', () =>
  fc.assert(
    fc.property(commits, (commit) => {
      expect(toPlace(toPosition(written(commit)))).toEqual(written(commit))
      const back = toPlace(toPosition(checkpoint(commit)))
      expect(back.commit).toBe(commit)
      expect(back.prepare).toBeLessThan(commit)
    }),
  ))

test('a place that no position can tell from its neighbours is refused', () => {
  expect(() => toPosition(written(MOST + 1n))).toThrow(/position 4503599627370496 of the log/)
})

const counted = event('Counted', z.object({ quantity: z.number(), unit: z.string() }), [
  (old: { pieces: number }) => ({ quantity: old.pieces, unit: 'C62' }),
])
const bytes = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const told = (over: object) => ({
  ...{ streamId: 'thing-1', id: 'wire', type: 'Counted', isJson: true, revision: 4n },
  ...{ created: Date.UTC(2026, 2, 2, 6), position: written(70n) },
  ...{ data: bytes({ pieces: 3 }), metadata: bytes('') },
  ...over,
})
const envelope = {
  ...{ occurredAt: '2026-03-02T05:00:00.000Z', source: 'plc', site: 'S1', actor: 'a' },
  ...{ correlationId: 'c', causationId: 'c' },
}

test('a fact has the envelope and id it was written with, and the payload of today', () => {
  const metadata = bytes({ ...envelope, eventId: 'fact', schemaVersion: 1 })
  expect(decoder(catalogue([counted]))(told({ metadata }))).toEqual({
    ...{ type: 'Counted', data: { quantity: 3, unit: 'C62' }, id: 'fact', schemaVersion: 1 },
    ...{ metadata: envelope, stream: 'thing-1', revision: 4, position: 141 },
    recordedAt: '2026-03-02T06:00:00.000Z',
  })
})

test.each([
  ['none', '', {}],
  ['some', { site: 'S2', $causedBy: 'x' }, { site: 'S2', $causedBy: 'x' }],
  ['no JSON', 'garbage', {}],
  ['a list', [1, 2], {}],
])(
  'with %s of its metadata an event of another program says where it is from',
  (_, given, kept) => {
    const fact = decoder(new Map())(told({ metadata: bytes(given) }))
    expect(fact.id).toBe('wire')
    expect(fact.metadata).toEqual({
      ...{ occurredAt: '2026-03-02T06:00:00.000Z', source: 'kurrentdb', site: 'outside' },
      ...{ actor: 'outside', correlationId: 'wire', causationId: 'wire', ...kept },
    })
  },
)

test('data that is no JSON stays as it is: bytes, or the text that should have been', () => {
  const decoded = decoder(new Map())
  const octets = Buffer.from([0, 255])
  expect(decoded(told({ isJson: false, data: octets })).data).toEqual(octets)
  expect(decoded(told({ data: bytes('{"half":') })).data).toBe('{"half":')
})
