import { createReckoner } from '../../src/api/shift-reckoning.ts'
import { FIGURE_FACTS } from '../../src/commands/kpi/concerned.ts'
import { runShiftReports } from '../../src/commands/kpi/shift-reports.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from '../support/api.ts'

export const DAY = '2026-03-03'
export const SHIFT = { from: `${DAY}T06:00:00.000Z`, to: `${DAY}T14:00:00.000Z` }
const BEFORE = '2026-03-01T00:00:00.000Z'
const early = {
  ...{ shiftId: 'EARLY', name: 'Early', start: '06:00', end: '14:00' },
  ...{ days: [0, 1, 2, 3, 4, 5, 6], breaks: [{ start: '10:00', end: '10:30' }] },
}

/** What happens in a hall, said in whatever order. */
export interface Saying {
  readonly name: string
  readonly say: () => Promise<unknown>
}

/** A plant whose shifts are reported and restated as it runs. */
export async function shiftPlant() {
  const plant = await plantWithApi(projections)
  const { execute, record, services } = plant
  let commands = 0
  const wish = async (command: { type: string; [field: string]: unknown }, occurredAt: string) => {
    const decider = deciders.find((d) => command.type in d.commands)!
    const commandId = `k${commands++}`
    const outcome = await execute(decider, command, {
      ...{ commandId, actor: 'spec', site: 'S1', source: 'spec', occurredAt },
    })
    if (isRejection(outcome)) throw new Error(outcome.why)
    return outcome
  }
  const tell = (type: string, data: object, occurredAt: string) =>
    record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })

  let done = 0
  let wake = (): void => {}
  const checkpoints = {
    load: async () => done,
    save: async (_: string, position: number) => {
      done = position
      wake()
    },
  }
  const stopped = new AbortController()
  const reckonAt = createReckoner(services)
  const following = runShiftReports({
    ...services,
    ...{ checkpoints, signal: stopped.signal, reckonAt },
  })
  /** All of the log once more, as after a crash that lost the checkpoint. */
  const repeat = async (): Promise<void> => {
    const head = await services.store.head()
    const stop = new AbortController()
    const save = async (_: string, position: number) => {
      if (position >= head) stop.abort()
    }
    await runShiftReports({
      ...services,
      ...{ checkpoints: { load: async () => 0, save }, signal: stop.signal, reckonAt },
    })
  }
  /** Everything said so far has been looked at, and what was told because of it is in the read models. */
  const quiet = async (): Promise<void> => {
    for (let head = -1; head !== (await services.store.head());) {
      head = await services.store.head()
      const [last] = await services.store.readAll({
        ...{ from: Infinity, direction: 'backward', limit: 1 },
        types: ['ShiftClosed', 'ShiftReported', 'ShiftRestated', ...FIGURE_FACTS],
      })
      const until = last?.position ?? 0
      for (;;) {
        if (done >= until) break
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
    await plant.settled()
  }
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish(
      { type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId, timeZone: null },
      BEFORE,
    )
  await wish(
    {
      ...{ type: 'DefineHierarchyScope', scopeId: 'S1', level: 'SITE', parentId: null },
      ...{ name: 'S1', timeZone: 'UTC' },
    },
    BEFORE,
  )

  await wish(
    {
      ...{ type: 'DefineStopReason', reasonId: 'SUPPLY', name: 'Supply' },
      category: 'WAITING_MATERIAL',
    },
    BEFORE,
  )

  /** A hall with a machine, a calendar of its own and an order. */
  const hall = async (id: string): Promise<void> => {
    await scope(id, 'AREA', 'S1')
    await scope(`${id}-L`, 'WORK_CENTRE', id)
    await scope(`${id}-M`, 'WORK_UNIT', `${id}-L`)
    const calendar = { scopeId: id, kind: 'EQUIPMENT' }
    await wish({ type: 'DefineCalendar', ...calendar, name: id, timeZone: 'UTC' }, BEFORE)
    await wish(
      {
        ...{ type: 'ChangeShiftPattern', ...calendar, from: '2026-03-02' },
        pattern: { shifts: [early] },
      },
      BEFORE,
    )
    await wish(
      {
        ...{ type: 'ReleaseOrder', orderId: `${id}-O`, materialId: 'gear', quantity: 300 },
        unit: 'C62',
        operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: `${id}-L` }],
      },
      BEFORE,
    )
  }
  const close = (id: string) =>
    wish(
      { type: 'CloseShift', scopeId: id, shiftId: 'EARLY', day: DAY, ...SHIFT },
      `${DAY}T15:00:00.000Z`,
    )
  const end = async () => {
    stopped.abort()
    await following
    await plant.end()
  }
  return { ...plant, wish, tell, quiet, repeat, hall, close, end }
}
export type ShiftPlant = Awaited<ReturnType<typeof shiftPlant>>

/** What is known of the shift of a hall in the end, each thing to be said at any time. */
export function sayings({ wish, tell }: ShiftPlant, id: string): readonly Saying[] {
  const machine = `${id}-M`
  const at = (time: string) => `${DAY}T${time}:00.000Z`
  const state = (time: string, what: string): Saying => ({
    name: `${what} ${time}`,
    say: () => tell('EquipmentStateChanged', { equipmentId: machine, state: what }, at(time)),
  })
  const count = (time: string, delta: number): Saying => ({
    name: `${delta} pieces`,
    say: () =>
      tell(
        'CounterAdvanced',
        { equipmentId: machine, counter: 'parts', delta, unit: 'C62' },
        at(time),
      ),
  })
  const booking = { orderId: `${id}-O`, bookingId: `${id}-B` }
  return [
    state('06:00', 'RUNNING'),
    state('08:00', 'FAULT'),
    state('08:30', 'RUNNING'),
    state('13:00', 'IDLE'),
    count('07:00', 100),
    count('12:00', 180),
    {
      name: 'booked and corrected',
      say: async () => {
        await wish(
          {
            ...{ type: 'BookWork', ...booking, operationId: '10', equipmentId: machine },
            ...{ activity: 'PRODUCTION', startedAt: at('06:00'), endedAt: at('13:00') },
            scrap: 4,
          },
          at('13:05'),
        )
        await wish(
          {
            ...{ type: 'CorrectBooking', ...booking, correctionId: `${id}-C`, personId: 'P1' },
            ...{ reason: 'counted again', scrap: 9 },
          },
          '2026-03-05T08:00:00.000Z',
        )
      },
    },
    {
      name: 'the fault was waiting for material',
      say: () =>
        wish(
          {
            ...{ type: 'ClassifyStop', equipmentId: machine, startedAt: at('08:00') },
            ...{ from: at('08:00'), to: at('08:30'), basedOn: 0 },
            ...{ decisionId: `${id}-D`, reasonId: 'SUPPLY', personId: 'P1' },
          },
          at('14:10'),
        ),
    },
    {
      name: 'cycle time',
      say: async () => {
        const ideal = { type: 'DefineCycleTime', equipmentId: machine, validFrom: BEFORE }
        await wish({ ...ideal, idealMs: 60_000 }, BEFORE)
        await wish({ ...ideal, program: 'O1', idealMs: 50_000 }, BEFORE)
      },
    },
    {
      name: 'program, for which another cycle time holds',
      say: () => tell('ProgramChanged', { equipmentId: machine, program: 'O1' }, at('06:00')),
    },
    {
      name: 'the shift began an hour later',
      say: () =>
        wish(
          {
            ...{ type: 'CorrectCalendar', scopeId: id, kind: 'EQUIPMENT', correctionId: 'c1' },
            reason: 'power cut',
            change: {
              change: 'SET_DAYS',
              days: [
                {
                  ...{ kind: 'SHIFT', day: DAY, shiftId: 'EARLY', name: 'Early' },
                  ...{ start: '07:00', end: '14:00', breaks: [] },
                },
              ],
            },
          },
          '2026-03-06T08:00:00.000Z',
        ),
    },
  ]
}
