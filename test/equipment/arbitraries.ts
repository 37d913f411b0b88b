import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import type { CycleTimeCommand } from '../../src/domain/equipment/cycle-time.ts'
import {
  alarmSeverity,
  counterKind,
  equipmentState,
  stopCategory,
} from '../../src/domain/equipment/events.ts'
import type { RatedCapacityCommand } from '../../src/domain/equipment/rated-capacity.ts'
import type { StopCommand } from '../../src/domain/equipment/stop-day.ts'
import type { StopReasonCommand } from '../../src/domain/equipment/stop-reasons.ts'
import type { StopRuleCommand } from '../../src/domain/equipment/stop-rule.ts'
import { after } from '../spec.ts'

const equipmentId = fc.constantFrom('M1', 'M2')
const state = fc.constantFrom(...equipmentState.options)
const program = fc.option(fc.constantFrom('A.NC', 'B.NC'))
const alarmId = fc.constantFrom('servo', 'logic:1251')
/** Few moments over three UTC days, so that facts meet in one moment and days differ. */
const occurredAt = fc.integer({ min: 0, max: 60 }).map((n) => after(n * 60))

const fact = (type: string, data: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), occurredAt, data: fc.record({ equipmentId, ...data }) })

/** Facts two machines might report; every one is valid. */
export const observations: fc.Arbitrary<Observation> = fc.oneof(
  { weight: 4, arbitrary: fact('EquipmentStateChanged', { state, nativeState: fc.option(state) }) },
  fact('DataGapStarted', { reason: fc.option(fc.constant('switch off')) }),
  fact('DataGapEnded', {}),
  fact('ProgramChanged', { program }),
  fact('CounterAdvanced', {
    counter: fc.constantFrom('Part_Count', 'Strokes'),
    kind: fc.constantFrom(...counterKind.options),
    delta: fc.integer({ min: 0, max: 9 }),
    unit: fc.constant('C62'),
    reading: fc.option(fc.integer({ min: 0, max: 99 })),
    wasReset: fc.boolean(),
  }),
  fact('AlarmRaised', {
    alarmId,
    severity: fc.constantFrom(...alarmSeverity.options),
    text: fc.constantFrom('', 'door open'),
  }),
  fact('AlarmCleared', { alarmId }),
  fact('StateTimeObserved', {
    state,
    from: fc.constant(after(0)),
    to: fc.constant(after(5)),
    durationMs: fc.integer({ min: 0, max: 300_000 }),
  }),
)

const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const reasonId = fc.constantFrom('JAM', 'JAM', 'TOOL', 'WAIT')
const category = fc.constantFrom(null, ...stopCategory.options)

/** Wishes about a small tree of reasons. */
export const stopReasonCommand: fc.Arbitrary<StopReasonCommand> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...type('DefineStopReason'),
      reasonId,
      parentId: fc.constantFrom(null, null, 'JAM', 'TOOL'),
      name: fc.constantFrom('Jam', 'Tool broken'),
      category,
    }),
  },
  fc.record({
    ...type('RenameStopReason'),
    reasonId,
    name: fc.constantFrom('Jam', 'Jammed'),
  }),
  fc.record({ ...type('RetireStopReason'), reasonId, reason: fc.constant('unused') }),
)

export const stopRuleCommand: fc.Arbitrary<StopRuleCommand> = fc.record({
  ...type('SetMicroStopLimit'),
  scopeId: fc.constantFrom('M1', 'S1'),
  limitMs: fc.constantFrom(0, 60_000, 300_000),
  validFrom: fc.constantFrom(after(0), after(600)),
})

const onCycle = {
  equipmentId,
  materialId: fc.constantFrom(null, 'gear'),
  operationId: fc.constantFrom(null, '10'),
  program,
  validFrom: fc.constantFrom(after(0), after(600)),
}
export const cycleTimeCommand: fc.Arbitrary<CycleTimeCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('DefineCycleTime'),
      ...onCycle,
      idealMs: fc.constantFrom(1_000, 60_000),
      tolerance: fc.constantFrom(0, 0.1),
    }),
  },
  fc.record({ ...type('WithdrawCycleTime'), ...onCycle }),
)

export const ratedCapacityCommand: fc.Arbitrary<RatedCapacityCommand> = fc.record({
  ...type('RateEquipmentCapacity'),
  equipmentId,
  validFrom: fc.constantFrom(after(0), after(600)),
  perHour: fc.constantFrom(null, 60, 90),
})

const hour = fc.integer({ min: 0, max: 20 }).map((n) => after(n * 60))
const onStretch = {
  equipmentId: fc.constantFrom('M1', 'M1', 'M2'),
  startedAt: fc.constantFrom(after(-60), after(0)),
  from: hour,
  to: fc.option(hour),
  decisionId: fc.integer({ min: 0, max: 30 }).map((n) => `d${n}`),
  personId: fc.constantFrom(null, 'P1'),
}
const decided = {
  ...onStretch,
  basedOn: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
  comment: fc.constantFrom(null, 'again'),
}

/** Wishes about stops of two machines; many meet a version that is not the last. */
export const stopCommand: fc.Arbitrary<StopCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...type('ClassifyStop'), ...decided, reasonId }) },
  fc.record({ ...type('ClearStopClassification'), ...decided }),
  { weight: 2, arbitrary: fc.record({ ...type('SplitStop'), ...decided, at: hour }) },
  fc.record({ ...type('JoinStops'), ...decided }),
  fc.record({ ...type('CommentStop'), ...onStretch, comment: fc.constant('looked at it') }),
)
