import { describe, expect, it } from 'vitest'
import { cycleTime } from '../../src/domain/equipment/cycle-time.ts'
import { cycleTimeEvents, stopEvents, stopReasonEvents } from '../../src/domain/equipment/events.ts'
import { stopDay } from '../../src/domain/equipment/stop-day.ts'
import { stopReasons, type StopReasons } from '../../src/domain/equipment/stop-reasons.ts'
import { cycleTimeAt, cycleTimes } from '../../src/projections/equipment/cycle-times.ts'
import { limitAt, stopRules } from '../../src/projections/equipment/stop-rules.ts'
import { stopRuleEvents } from '../../src/domain/equipment/events.ts'
import { after, at, given, projecting } from '../spec.ts'

const jam = {
  ...{ parentId: null, name: 'Jam', firstName: 'Jam', category: 'BREAKDOWN' as const },
  ...{ depth: 1, isRetired: false },
}
const reasons: StopReasons = new Map([
  ['JAM', jam],
  ['OLD', { ...jam, isRetired: true }],
])
const NOW = after(120)
const stretch = {
  ...{ equipmentId: 'M1', startedAt: after(0), from: after(0), to: after(30) },
  ...{ decisionId: 'd1', personId: 'P1', comment: null },
}
const classify = { type: 'ClassifyStop' as const, ...stretch, reasonId: 'JAM', basedOn: 0 }
const seen = { ...stretch, seenTo: after(30), version: 1 }
const CLASSIFIED = stopEvents.classified({ ...seen, reasonId: 'JAM' })
const with_ = { at: NOW, consulted: reasons }

describe('a decision about a stop', () => {
  it('names who, when and which version it makes', () =>
    given(stopDay).when(classify, with_).then(CLASSIFIED))
  it('about an open stop lasts as long as that is open, and was seen until it was made', () =>
    given(stopDay)
      .when({ ...classify, to: null }, with_)
      .then(stopEvents.classified({ ...seen, to: null, seenTo: NOW, reasonId: 'JAM' })))
  it('that has not seen the last one is refused', () =>
    given(stopDay, CLASSIFIED)
      .when({ ...classify, decisionId: 'd2' }, with_)
      .thenRejected('ChangedMeanwhile'))
  it('about other time of the same day meets no conflict', () => {
    const other = { ...stretch, startedAt: after(30), from: after(30), to: after(40) }
    const about = { ...other, decisionId: 'd2' }
    given(stopDay, CLASSIFIED)
      .when({ ...classify, ...about }, with_)
      .then(stopEvents.classified({ ...about, seenTo: after(40), version: 2, reasonId: 'JAM' }))
  })
  it('needs a reason that is offered, and a stretch within the stop', () => {
    given(stopDay)
      .when({ ...classify, reasonId: 'X' }, with_)
      .thenRejected('ReasonUnknown')
    given(stopDay)
      .when({ ...classify, reasonId: 'OLD' }, with_)
      .thenRejected('ReasonRetired')
    given(stopDay)
      .when({ ...classify, to: after(0) }, with_)
      .thenRejected('StretchEmpty')
    given(stopDay)
      .when({ ...classify, from: after(-1) }, with_)
      .thenRejected('OutsideOfStop')
    const split = { type: 'SplitStop' as const, ...stretch, basedOn: 0, at: after(30) }
    given(stopDay).when(split, with_).thenRejected('OutsideOfStop')
    const years = { ...classify, to: after(600_000) }
    given(stopDay).when(years, with_).thenRejected('StretchTooLong')
  })
  it('is remarked on without a version', () =>
    given(stopDay, CLASSIFIED)
      .when({ type: 'CommentStop', ...stretch, decisionId: 'd2', comment: 'again' }, with_)
      .then(stopEvents.commented({ ...seen, decisionId: 'd2', version: 2, comment: 'again' })))
})

describe('the tree of reasons', () => {
  const define = { type: 'DefineStopReason' as const, reasonId: 'TOOL', parentId: 'JAM' }
  const JAM = stopReasonEvents.defined({ ...jam, reasonId: 'JAM' })
  it('gives a reason the category of its parent', () =>
    given(stopReasons, JAM)
      .when({ ...define, name: 'Tool', category: null })
      .then(stopReasonEvents.defined({ ...define, name: 'Tool', category: 'BREAKDOWN' })))
  it('never changes what a reason counts as', () =>
    given(stopReasons, JAM)
      .when({ ...define, reasonId: 'JAM', parentId: null, name: 'Jam', category: 'SETUP' })
      .thenRejected('ReasonDiffers'))
  it('has no reason without a category, and none below one that is retired or unknown', () => {
    const top = { ...define, parentId: null, name: 'Tool', category: null }
    given(stopReasons).when(top).thenRejected('CategoryMissing')
    given(stopReasons)
      .when({ ...top, parentId: 'JAM' })
      .thenRejected('ParentUnknown')
    const retired = stopReasonEvents.retired({ reasonId: 'JAM', reason: 'unused' })
    given(stopReasons, JAM, retired)
      .when({ ...top, parentId: 'JAM' })
      .thenRejected('ParentRetired')
  })
})

describe('ideal cycle times', () => {
  const key = { equipmentId: 'M1', operationId: null, program: null }
  const defined = (materialId: string | null, from: number, idealMs: number, more = {}) =>
    cycleTimeEvents.defined({
      ...{ ...key, materialId, validFrom: after(from), idealMs, tolerance: 0.1 },
      ...more,
    })
  const making = (materialId: string) => ({ materialId, operationId: '10', program: 'A' })

  it('the same again is nothing, another value is a fact', () => {
    const { data } = defined('gear', 0, 1_000)
    const command = { type: 'DefineCycleTime' as const, ...data }
    given(cycleTime, defined('gear', 0, 1_000))
      .when(command)
      .thenNothing()
    given(cycleTime, defined('gear', 0, 900))
      .when(command)
      .then(defined('gear', 0, 1_000))
  })
  it('the one that says most counts, and of those the latest that is valid', () => {
    const entries = Object.values(
      projecting(
        cycleTimes,
        ...[defined(null, 0, 1), defined('gear', 0, 2), defined('gear', 10, 3)],
        defined('gear', 0, 4, { program: 'A' }),
        cycleTimeEvents.withdrawn({ ...key, materialId: 'pin', validFrom: after(5) }),
      ),
    )
    const at_ = (minute: number, material: string) =>
      cycleTimeAt(entries, making(material), after(minute))?.idealMs ?? null
    expect([at_(-1, 'gear'), at_(0, 'nut'), at_(20, 'gear')]).toEqual([null, 1, 4])
    expect([at_(0, 'pin'), at_(5, 'pin')]).toEqual([1, null])
    const other = { ...making('gear'), program: 'B' }
    expect(cycleTimeAt(entries, other, after(20))?.idealMs).toBe(3)
  })
})

it('the limit of a micro-stop is that of the narrowest node, from its date on', () => {
  const set = (scopeId: string, limitMs: number, from: number) =>
    at(after(0), stopRuleEvents.set({ scopeId, limitMs, validFrom: after(from) }))
  const rules = Object.values(
    projecting(stopRules, set('S1', 1, 0), set('M1', 2, 10), set('M1', 3, 20)),
  )
  const limits = [-1, 0, 10, 25].map((m) => limitAt(rules, ['M1', 'A', 'S1'], after(m)))
  expect(limits).toEqual([300_000, 1, 2, 3])
})
