import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import { alarmSeverity, counterKind, equipmentState } from '../../src/domain/equipment/events.ts'
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
