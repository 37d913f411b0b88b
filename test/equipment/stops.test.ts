import { describe, expect, it } from 'vitest'
import {
  equipmentEvents as e,
  stopEvents,
  type EquipmentState,
} from '../../src/domain/equipment/events.ts'
import { intervals } from '../../src/projections/equipment/intervals.ts'
import { scheduleOf } from '../../src/projections/equipment/schedule.ts'
import { segments } from '../../src/projections/equipment/segments.ts'
import { stopDecisions } from '../../src/projections/equipment/stop-decisions.ts'
import { stopsOf } from '../../src/projections/equipment/stops.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { replay } from '../../src/projections/projection.ts'
import type { Event } from '../../src/domain/event.ts'
import type { WorkingTime } from '../../src/domain/calendar/working-time.ts'
import { after, at, recorded, T0 } from '../spec.ts'

const M = { equipmentId: 'M1' }
const LIMIT = 5 * 60_000
const UNPLANNED: WorkingTime = { shifts: [], plannedDown: [], scheduled: false }

type At = ReturnType<typeof at<Event>>
const state = (minute: number, of: EquipmentState): At =>
  at(after(minute), e.stateChanged({ ...M, state: of, nativeState: null, reason: null }))
const gap = (minute: number): At => at(after(minute), e.dataGapStarted({ ...M, reason: 'lost' }))

let made = 0
const stretch = (
  decided: number,
  [started, from, to]: readonly [number, number, number | null],
) => ({
  ...M,
  startedAt: after(started),
  from: after(from),
  to: to === null ? null : after(to),
  seenTo: after(to ?? decided),
  decisionId: `d${made++}`,
  version: made,
  personId: null,
  comment: null,
})
type Of = readonly [number, number, number | null]
const classified = (decided: number, of: Of, reasonId: string): At =>
  at(after(decided), stopEvents.classified({ ...stretch(decided, of), reasonId }))
const split = (decided: number, of: Of, moment: number): At =>
  at(after(decided), stopEvents.split({ ...stretch(decided, of), at: after(moment) }))
const joined = (decided: number, of: Of): At =>
  at(after(decided), stopEvents.joined(stretch(decided, of)))

const minute = (moment: string) => (Date.parse(moment) - Date.parse(T0)) / 60_000

/** `from-to KIND reason` in minutes; an open stop has no end. */
function short(facts: readonly At[], { working = UNPLANNED, now = 1_000 } = {}) {
  const log = recorded(facts)
  const window = { from: after(-100), to: after(now), horizon: after(now) }
  const found = intervals([...replay(equipmentTimeline, log).values()], window)
  const all = segments(found, scheduleOf(working, window), [], window.horizon)
  const { stops, orphaned } = stopsOf(all, {
    limitAt: () => LIMIT,
    decisions: [...replay(stopDecisions, log).values()],
    categoryOf: () => 'OTHER',
    horizon: window.horizon,
  })
  const shown = stops.map((s) =>
    [
      `${minute(s.from)}-${s.to === null ? '' : minute(s.to)}`,
      s.kind,
      s.classification?.reasonId,
      s.durationMs === LIMIT * 0 ? 'EMPTY' : undefined,
    ]
      .filter(Boolean)
      .join(' '),
  )
  return orphaned.length > 0 ? [...shown, `orphaned ${orphaned[0]!.reasonId}`] : shown
}

const STOPPED = [state(0, 'RUNNING'), state(10, 'IDLE'), state(40, 'RUNNING')]

describe('stops', () => {
  it('open and close by themselves, whatever kind of standing still follows another', () =>
    expect(
      short([state(0, 'RUNNING'), state(10, 'IDLE'), state(15, 'FAULT'), state(30, 'RUNNING')]),
    ).toEqual(['10-30 STOP']))
  it('are open as long as nothing else is known', () =>
    expect(short([state(0, 'RUNNING'), state(10, 'IDLE')])).toEqual(['10- STOP']))
  it('shorter than the limit are micro-stops', () =>
    expect(
      short([state(0, 'IDLE'), state(4, 'RUNNING'), state(9, 'FAULT'), state(14, 'RUNNING')]),
    ).toEqual(['0-4 MICRO', '9-14 STOP']))
  it('no data ends a stop and is none', () =>
    expect(short([state(0, 'IDLE'), gap(10), state(30, 'IDLE'), state(50, 'RUNNING')])).toEqual([
      '0-10 STOP',
      '30-50 STOP',
    ]))
  it('a break does not end a stop; time that is not scheduled does', () => {
    const span = (from: number, to: number) => ({ from: after(from), to: after(to) })
    const shift = {
      ...span(0, 60),
      ...{ calendarId: 'C', shiftId: 'EARLY', name: 'Early', day: '2026-03-02' },
      breaks: [span(20, 30)],
      whole: span(0, 60),
    }
    const working = { shifts: [shift], plannedDown: [], scheduled: true }
    const facts = [state(0, 'RUNNING'), state(10, 'IDLE')]
    expect(short(facts, { working })).toEqual(['10-60 STOP'])
  })
})

describe('classification', () => {
  it('sticks to the time it was about when a late fact moves a border by little', () =>
    expect(
      short([
        ...STOPPED,
        classified(50, [10, 10, 40], 'JAM'),
        state(8, 'WAITING'),
        state(38, 'RUNNING'),
      ]),
    ).toEqual(['8-38 STOP JAM']))
  it('does not spread over what nobody knew of', () =>
    expect(short([...STOPPED, classified(50, [10, 10, 40], 'JAM'), state(1, 'IDLE')])).toEqual([
      '1-10 STOP',
      '10-40 STOP JAM',
    ]))
  it('goes with both halves when a late fact shows that it ran in between', () =>
    expect(
      short([
        ...STOPPED,
        classified(50, [10, 10, 40], 'JAM'),
        state(20, 'RUNNING'),
        state(25, 'IDLE'),
      ]),
    ).toEqual(['10-20 STOP JAM', '25-40 STOP JAM']))
  it('is shown as orphaned when the machine did not stand still after all', () =>
    expect(
      short(
        [
          ...STOPPED,
          classified(50, [10, 10, 40], 'JAM'),
          at(
            after(10),
            e.stateChanged({
              ...M,
              state: 'RUNNING',
              nativeState: 'z',
              reason: null,
            }),
          ),
        ].filter(
          (f) =>
            !(
              f.type === 'EquipmentStateChanged' &&
              (f.data as { readonly state?: string }).state === 'IDLE'
            ),
        ),
      ),
    ).toEqual(['orphaned JAM']))
  it('of an open stop lasts as long as that stop and never reaches a later one', () => {
    const open = [state(0, 'RUNNING'), state(10, 'IDLE'), classified(20, [10, 10, null], 'JAM')]
    expect(short(open)).toEqual(['10- STOP JAM'])
    expect(short([...open, state(60, 'RUNNING'), state(80, 'IDLE')])).toEqual([
      '10-60 STOP JAM',
      '80- STOP',
    ])
    expect(short([...open, state(15, 'RUNNING'), state(60, 'FAULT')])).toEqual([
      '10-15 STOP JAM',
      '60- STOP',
    ])
  })
  it('anew goes before the earlier', () =>
    expect(
      short([
        ...STOPPED,
        classified(50, [10, 10, 40], 'JAM'),
        classified(60, [10, 10, 40], 'TOOL'),
      ]),
    ).toEqual(['10-40 STOP TOOL']))
})

describe('split and join', () => {
  const parts = [...STOPPED, classified(50, [10, 10, 40], 'JAM'), split(60, [10, 10, 40], 20)]
  it('both parts keep the reason, and take others', () => {
    expect(short(parts)).toEqual(['10-20 STOP JAM', '20-40 STOP JAM'])
    expect(short([...parts, classified(70, [10, 20, 40], 'TOOL')])).toEqual([
      '10-20 STOP JAM',
      '20-40 STOP TOOL',
    ])
  })
  it('joined they are one again', () =>
    expect(short([...parts, joined(70, [10, 10, 40])])).toEqual(['10-40 STOP JAM']))
  it('joined over a short run they are one stop, which loses its reason if they differ', () => {
    const two = [
      ...[state(0, 'IDLE'), state(10, 'RUNNING'), state(12, 'IDLE'), state(30, 'RUNNING')],
      classified(40, [0, 0, 10], 'JAM'),
    ]
    expect(short([...two, joined(50, [0, 0, 30])])).toEqual(['0-30 STOP'])
    expect(short([...two, classified(41, [12, 12, 30], 'JAM'), joined(50, [0, 0, 30])])).toEqual([
      '0-30 STOP JAM',
    ])
    expect(short([...two, joined(50, [0, 0, 30]), split(60, [0, 0, 30], 11)])).toEqual([
      '0-10 STOP JAM',
      '12-30 STOP',
    ])
  })
})
