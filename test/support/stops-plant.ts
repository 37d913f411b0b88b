import type { Observation } from '../../src/commands/record.ts'
import { calendar } from '../../src/domain/calendar/calendar.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { stopDay } from '../../src/domain/equipment/stop-day.ts'
import { stopReasons } from '../../src/domain/equipment/stop-reasons.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { calendars } from '../../src/projections/calendar/calendars.ts'
import { equipmentCounters } from '../../src/projections/equipment/counters.ts'
import { equipmentCurrent } from '../../src/projections/equipment/current.ts'
import { cycleTimes } from '../../src/projections/equipment/cycle-times.ts'
import { sourceClocks } from '../../src/projections/equipment/source-clocks.ts'
import { equipmentStateTimes } from '../../src/projections/equipment/state-times.ts'
import { stopDecisions } from '../../src/projections/equipment/stop-decisions.ts'
import { stopReasonTree } from '../../src/projections/equipment/stop-reasons.ts'
import { stopRules } from '../../src/projections/equipment/stop-rules.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { runningClocks } from '../../src/projections/production/running-clocks.ts'
import { workClocks } from '../../src/projections/production/work-clocks.ts'
import { hierarchy } from '../../src/projections/site/hierarchy.ts'
import { plantWithApi } from './api.ts'

export const context = { source: 'spec', site: 'S1', actor: 'spec' }

/** Moments of 2026-03-02, a Monday, in UTC; Berlin is an hour ahead. */
export const on = (time: string, day = '2026-03-02'): string => `${day}T${time}:00.000Z`
export type Fact = readonly [time: string, type: string, data?: object, day?: string]

/**
 * A plant in Berlin of three shifts. Machines of area A work by its calendar, machine `FREE` stands
 * where no calendar says anything. Every test has a machine of its own.
 */
export async function stopsPlant() {
  const plant = await plantWithApi([
    ...[calendars, cycleTimes, equipmentCounters, equipmentCurrent, equipmentStateTimes],
    ...[equipmentTimeline, hierarchy, orders, runningClocks, sourceClocks, stopDecisions],
    ...[stopReasonTree, stopRules, workClocks],
  ])
  let sent = 0

  const send = async (decider: Decider, type: string, input: object, occurredAt?: string) => {
    const envelope = { ...context, commandId: `c${sent++}`, ...(occurredAt ? { occurredAt } : {}) }
    return plant.execute(decider, { type, ...input }, envelope)
  }
  const done = async (...given: Parameters<typeof send>): Promise<number> => {
    const outcome = await send(...given)
    if (isRejection(outcome)) throw new Error(outcome.why)
    return outcome.position
  }

  const facts = async (equipmentId: string, ...all: readonly Fact[]): Promise<number> => {
    const items = all.map(([time, type, data = {}, day]): Observation => ({
      ...(/^[A-Z_]+$/.test(type)
        ? { type: 'EquipmentStateChanged', data: { equipmentId, state: type } }
        : { type, data: { equipmentId, ...data } }),
      occurredAt: on(time, day),
    }))
    const { recorded, quarantined, position } = await plant.record(items, context)
    if (recorded !== items.length) throw new Error(JSON.stringify(quarantined))
    await plant.settled()
    return position
  }

  const FIELDS = `startedAt from to durationMs kind state day shiftId version category element
  classification { reason { reasonId name } decidedBy decidedAt comment }`
  const stops = async (where: string, fields = FIELDS): Promise<any[]> => {
    await plant.settled()
    return (await plant.ask(`{ stops(where: { ${where} }) { nodes { ${fields} } } }`)).stops.nodes
  }
  const timeline = async (
    equipmentId: string,
    fields: string,
    from: string,
    to: string,
    more = '',
  ) => {
    await plant.settled()
    const answer = await plant.ask(`{ equipmentTimeline(equipmentId: "${equipmentId}",
    from: "${from}", to: "${to}" ${more}) { ${fields} } }`)
    return answer.equipmentTimeline
  }
  /** Stops of one machine on the Monday, oldest first, as `hh:mm-hh:mm KIND reason`. */
  const shown = async (equipmentId: string): Promise<string[]> => {
    const found = await stops(
      `equipmentIds: ["${equipmentId}"], from: "${on('00:00')}", to: "${on('23:59', '2026-03-03')}"`,
    )
    return found
      .map((s) =>
        [
          `${s.from.slice(11, 16)}-${s.to?.slice(11, 16) ?? ''}`,
          s.kind,
          s.classification?.reason.reasonId,
        ]
          .filter(Boolean)
          .join(' '),
      )
      .reverse()
  }

  const classify = (
    equipmentId: string,
    [from, to]: readonly [string, string | null],
    more: { reasonId: string; basedOn?: number; personId?: string; startedAt?: string },
    at = on('12:00'),
  ) =>
    send(
      stopDay,
      'ClassifyStop',
      {
        ...{ equipmentId, from: on(from), to: to && on(to), startedAt: on(more.startedAt ?? from) },
        ...{ basedOn: 0, personId: 'P1', decisionId: `d${sent}`, ...more },
        startedAt: on(more.startedAt ?? from),
      },
      at,
    )

  const machines = ['OPEN', 'TWO', 'NIGHT', 'PULSE', 'GAP', 'RESET', 'LATE', 'CUT', 'SLOW', 'SKEW']
  const nodes = [
    ['S1', 'SITE', null],
    ['A', 'AREA', 'S1'],
    ...machines.map((id) => [id, 'WORK_CENTRE', 'A']),
  ]
  for (const [scopeId, level, parentId] of nodes)
    await done(hierarchyScope, 'DefineHierarchyScope', {
      ...{ scopeId, level, parentId, name: scopeId },
      timeZone: level === 'SITE' ? 'Europe/Berlin' : null,
    })
  const defined = on('00:00', '2026-01-01')
  const area = { scopeId: 'A', kind: 'EQUIPMENT' }
  const scope = { ...area, name: 'Area A', timeZone: 'Europe/Berlin' }
  await done(calendar, 'DefineCalendar', scope, defined)
  const shift = (shiftId: string, start: string, end: string, breaks: object[] = []) => ({
    ...{ shiftId, name: shiftId, start, end, breaks, days: [0, 1, 2, 3, 4] },
  })
  const shifts = [
    shift('EARLY', '06:00', '14:00', [{ start: '10:00', end: '10:30' }]),
    shift('LATE', '14:00', '22:00'),
    shift('NIGHT', '22:00', '06:00'),
  ]
  const pattern = { ...area, from: '2026-01-01', pattern: { shifts } }
  await done(calendar, 'ChangeShiftPattern', pattern, defined)
  const reasons = [
    ['MACHINE', null, 'Machine', 'BREAKDOWN'],
    ['JAM', 'MACHINE', 'Part jammed', null],
    ['MATERIAL', null, 'Material is missing', 'WAITING_MATERIAL'],
  ]
  for (const [reasonId, parentId, name, category] of reasons)
    await done(stopReasons, 'DefineStopReason', { reasonId, parentId, name, category })
  await plant.settled()
  return { plant, send, done, facts, stops, timeline, shown, classify }
}
