import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  close,
  signalState,
  translate,
  type Sample,
  type SignalFact,
  type SignalState,
} from '../../src/domain/equipment/mtconnect-signals.ts'
import { T0 } from '../spec.ts'

const START = Date.parse(T0)
/** Lines as `milliseconds|item|value`, counted from T0. */
const samples = (...lines: string[]): Sample[] =>
  lines.map((line) => {
    const [at, item, ...value] = line.split('|')
    return { at: START + Number(at), item: item!, value: value.join('|') }
  })

const run = (all: readonly Sample[], from: SignalState = signalState('M1')) => {
  const translated = translate(from, all)
  const closed = close(translated.state)
  return { state: closed.state, facts: [...translated.facts, ...closed.facts] }
}
/** Facts in short: milliseconds from T0, type, what it says. */
const short = (facts: readonly SignalFact[]) =>
  facts.map(({ type, data, occurredAt }) => {
    const at = Date.parse(occurredAt) - START
    switch (type) {
      case 'EquipmentStateChanged':
        return `${at} ${data.state} ${data.nativeState}`
      case 'CounterAdvanced':
        return `${at} ${data.counter} +${data.delta}${data.wasReset ? ' reset' : ''}`
      case 'ProgramChanged':
        return `${at} program ${data.program}`
      case 'AlarmRaised':
        return `${at} ${data.severity} ${data.alarmId} ${data.text}`
      case 'AlarmCleared':
        return `${at} cleared ${data.alarmId}`
      case 'DataGapStarted':
      case 'DataGapEnded':
      case 'StateTimeObserved':
        return `${at} ${type}`
    }
  })
const told = (...lines: string[]) => short(run(samples(...lines)).facts)

describe('one machine', () => {
  it('tells changes only, however often the agent repeats itself', () =>
    expect(
      told('0|Program_Status|READY', '5|Program_Status|READY', '9|Program_Status|ACTIVE'),
    ).toEqual(['0 IDLE READY', '9 RUNNING ACTIVE']))

  it('tells one state for a millisecond in which several items change', () =>
    expect(
      told('0|execution|STOPPED', '0|mode|AUTOMATIC', '7|mode|MANUAL', '7|execution|ACTIVE'),
    ).toEqual(['0 IDLE STOPPED', '7 SETUP ACTIVE']))

  it('no data is a gap, at its end the state is told anew', () =>
    expect(
      told(
        '0|avail|UNAVAILABLE',
        '0|execution|UNAVAILABLE',
        '10|avail|AVAILABLE',
        '20|execution|READY',
        '30|execution|UNAVAILABLE',
        '40|execution|READY',
      ),
    ).toEqual([
      '0 DataGapStarted',
      '20 DataGapEnded',
      '20 IDLE READY',
      '30 DataGapStarted',
      '40 DataGapEnded',
      '40 IDLE READY',
    ]))

  it('a word that is not MTConnect is no state', () =>
    expect(told('0|execution|ACTIVE', '5|execution|DANCING')).toEqual([
      '0 RUNNING ACTIVE',
      '5 DataGapStarted',
    ]))

  it('program names are trimmed, a blank or unavailable one is none', () =>
    expect(
      told(
        '0|execution|READY',
        '0|program| ',
        '1|program| A.NC ',
        '2|program|A.NC',
        '3|program|UNAVAILABLE',
      ),
    ).toEqual(['0 IDLE READY', '1 program A.NC', '3 program null']))

  it('counters count deltas over resets and gaps', () =>
    expect(
      told(
        '0|Part_Count|1905',
        '1|Part_Count|UNAVAILABLE',
        '2|Part_Count|1917',
        '3|Part_Count|2',
        '4|Part_Count|x',
      ),
    ).toEqual(['0 Part_Count +0', '2 Part_Count +12', '3 Part_Count +2 reset']))

  it('conditions are alarms; a fault among them is a fault of the machine', () =>
    expect(
      told(
        '0|execution|ACTIVE',
        '1|logic_cond|Warning|371||| UP SWITCH)',
        '2|logic_cond|Warning|371||| UP SWITCH)',
        '3|motion_cond|Fault|722|||ILLEGAL CORNER',
        '4|logic_cond|Normal|371|||',
        '5|servo_cond|Fault||||',
        '6|motion_cond|Normal||||',
        '7|servo_cond|Unavailable||||',
        '8|servo_cond|Normal||||',
      ),
    ).toEqual([
      '0 RUNNING ACTIVE',
      '1 WARNING logic_cond:371 UP SWITCH)',
      '3 FAULT ACTIVE',
      '3 FAULT motion_cond:722 ILLEGAL CORNER',
      '4 cleared logic_cond:371',
      '5 FAULT servo_cond ',
      '6 FAULT ACTIVE',
      '6 cleared motion_cond:722',
      '8 RUNNING ACTIVE',
      '8 cleared servo_cond',
    ]))

  it('a sample some milliseconds late counts when it came', () =>
    expect(
      told('0|execution|READY', '100|execution|ACTIVE', '97|estop|TRIGGERED', '200|estop|ARMED'),
    ).toEqual(['0 IDLE READY', '100 FAULT ACTIVE', '200 RUNNING ACTIVE']))

  it('a clock set back ends what it said in the future with a gap', () =>
    expect(
      told('86400000|execution|READY', '0|execution|ACTIVE', '5|execution|UNAVAILABLE'),
    ).toEqual([
      '86400000 IDLE READY',
      '86400001 DataGapStarted',
      '0 RUNNING ACTIVE',
      '5 DataGapStarted',
    ]))

  it("a file that begins with the agent's snapshot of the day before says nothing new", () => {
    const day = samples('0|avail|AVAILABLE', '1|execution|ACTIVE', '2|program|A', '9|Part_Count|5')
    const { state } = run(day)
    expect(run(day, state).facts).toEqual([])
  })

  it('a change after the open millisecond was closed is told a millisecond later', () => {
    const { state } = run(samples('5|execution|READY'))
    expect(short(run(samples('5|execution|ACTIVE'), state).facts)).toEqual(['6 RUNNING ACTIVE'])
  })

  const sample: fc.Arbitrary<Sample> = fc
    .tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(
        'avail|AVAILABLE',
        'avail|UNAVAILABLE',
        'execution|ACTIVE',
        'execution|READY',
        'execution|UNAVAILABLE',
        'mode|MANUAL',
        'mode|AUTOMATIC',
        'program|A',
        'program|B',
        'Part_Count|1',
        'Part_Count|7',
        'x_cond|Fault|1|||bad',
        'x_cond|Normal||||',
      ),
    )
    .map(([at, line]) => samples(`${at}|${line}`)[0]!)

  it('resumes anywhere: cut in two with the state through JSON, the facts are the same', () =>
    fc.assert(
      fc.property(fc.array(sample), fc.nat(), (all, cut) => {
        const first = translate(signalState('M1'), all.slice(0, cut % (all.length + 1)))
        const resumed = JSON.parse(JSON.stringify(first.state)) as SignalState
        const rest = run(all.slice(cut % (all.length + 1)), resumed)
        expect([...first.facts, ...rest.facts]).toEqual(run(all).facts)
      }),
    ))

  it('time never runs back, and no state is told twice in a row', () =>
    fc.assert(
      fc.property(fc.array(sample), (all) => {
        const { facts } = run(all)
        const times = facts.map((fact) => fact.occurredAt)
        expect(times).toEqual([...times].sort())
        const states = facts.filter(({ type }) => /State|Gap(?!.*Ended)/.test(type))
        const said = states.map(({ type, data }) => JSON.stringify([type, data]))
        expect(said.some((s, i) => i > 0 && s === said[i - 1])).toBe(false)
      }),
    ))
})

const RAW = resolve('../shared/data/nist/raw')
const raw = existsSync(RAW)
if (!raw) console.log(`skipped: ${RAW} is not there`)

describe.skipIf(!raw)('recorded mills of the NIST test bed', () => {
  const machine = (name: string): SignalFact[] => {
    let state = signalState(name)
    const files = readdirSync(RAW).filter((file) => file.startsWith(name))
    return files.sort().flatMap((file) => {
      const lines = readFileSync(resolve(RAW, file), 'utf8').split(/\r?\n/).filter(Boolean)
      const all = lines.map((line) => {
        const [time, item, ...value] = line.split('|')
        return { at: Date.parse(time!), item: item!, value: value.join('|') }
      })
      const done = run(all, state)
      state = done.state
      return done.facts
    })
  }
  const by = (facts: readonly SignalFact[]) =>
    Object.fromEntries(
      Object.entries(Object.groupBy(facts, (fact) => fact.type)).map(([t, f]) => [t, f.length]),
    )

  it('a machine that never talked is one gap', () =>
    expect(by(machine('GFAgie01'))).toEqual({ DataGapStarted: 1 }))

  it('29 daily files of Hurco02: each snapshot repeats, the counter goes from 1905 to 2028', () => {
    const facts = machine('Hurco02')
    expect(by(facts)).toEqual({
      DataGapStarted: 6,
      DataGapEnded: 5,
      EquipmentStateChanged: 6,
      CounterAdvanced: 4,
      ProgramChanged: 3,
    })
    const counted = facts.flatMap((f) => (f.type === 'CounterAdvanced' ? [f.data.delta] : []))
    expect(counted.reduce((a, b) => a + b)).toBe(2028 - 1905)
  })

  it('Hurco01: 2379 to 2509, though the control shows 0 after each start', () => {
    const deltas = machine('Hurco01').flatMap((f) =>
      f.type === 'CounterAdvanced' ? [f.data.delta] : [],
    )
    expect(deltas.reduce((a, b) => a + b)).toBe(2509 - 2379)
  })

  it('Mazak01: alarms open and close', () =>
    expect(by(machine('Mazak01'))).toMatchObject({ AlarmRaised: 21, AlarmCleared: 20 }))
})
