import { parse, subscribe } from 'graphql'
import { systemPrincipal } from '../src/api/authorise.ts'
import { createContext } from '../src/api/context.ts'
import { schema } from '../src/api/schema.ts'
import { isRejection } from '../src/domain/decider.ts'
import { deciders } from '../src/domain/index.ts'
import type { System } from '../src/system.ts'
import { percentile, row, type Benchmark } from './row.ts'
import { envelope, SITE, stateChange, withSystem } from './support.ts'

const AREAS = 5
const MACHINES = 10
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Facts of one machine and day: a change every quarter of an hour. */
const CHANGES = 96
const LATE_FACTS = 20
const WAIT_MS = 30_000

/** No shift closes by itself: which ones there are is up to the benchmark. */
const GRACE = { TAKTLOG_SHIFT_GRACE_MINUTES: '100000' }
const RATE = 2_000
const TICK_MS = 5
const WARM_UP_S = 2
const MEASURED_S = 8

const iso = (ms: number): string => new Date(ms).toISOString()
const machine = (area: number, n: number): string => `M${area}-${n}`
const machines = Array.from({ length: AREAS * MACHINES }, (_, i) =>
  machine(Math.floor(i / MACHINES), i % MACHINES),
)

/** How soon a late fact is restated everywhere, and how soon a board shows what happens. */
export const shiftsBench: Benchmark = {
  name: 'shifts',
  about: 'late facts restated, and shift boards under load; 50 machines in 5 areas',
  run: () =>
    withSystem(
      ['projector', 'policy'],
      async (system) => {
        await build(system)
        const late = await restated(system)
        const { latencies, rate } = await board(system)
        const ms = (value: number) => ({ value, unit: 'ms' })
        return [
          row(
            'late fact of 3 days ago to restated everywhere, p50',
            ms(percentile(late, 0.5)),
            null,
          ),
          row('late fact, longest', ms(percentile(late, 1)), null, { atMost: 1_000 }),
          row(
            `fact to shift board, p50 at ${Math.round(rate)} facts/s`,
            ms(percentile(latencies, 0.5)),
            null,
          ),
          row('fact to shift board, p99', ms(percentile(latencies, 0.99)), null, { atMost: 150 }),
        ]
      },
      GRACE,
    ),
}

async function wish(
  system: System,
  id: string,
  { occurredAt, ...command }: { type: string; occurredAt: string; [field: string]: unknown },
): Promise<void> {
  const decider = deciders.find(({ commands }) => command.type in commands)!
  const outcome = await system.execute(decider, command, { ...envelope(id), occurredAt })
  if (isRejection(outcome)) throw new Error(outcome.why)
}

const record = (system: System, observations: Parameters<System['services']['record']>[0]) =>
  system.services.record(observations, { source: 'bench', site: SITE, actor: 'bench' })

/** Areas, a calendar of three shifts, two days of states; the policy closes the shifts. */
async function build(system: System): Promise<void> {
  const now = Date.now()
  const occurredAt = iso(now - 30 * DAY_MS)
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish(system, `scope ${scopeId}`, {
      ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId, occurredAt },
      timeZone: parentId === null ? 'UTC' : null,
    })
  await scope(SITE, 'SITE', null)
  for (let area = 0; area < AREAS; area++) {
    await scope(`AREA${area}`, 'AREA', SITE)
    await scope(`LINE${area}`, 'WORK_CENTRE', `AREA${area}`)
    for (let n = 0; n < MACHINES; n++) await scope(machine(area, n), 'WORK_UNIT', `LINE${area}`)
  }
  const calendar = { scopeId: SITE, kind: 'EQUIPMENT', occurredAt }
  await wish(system, 'calendar', {
    ...{ type: 'DefineCalendar', ...calendar, name: SITE, timeZone: 'UTC' },
  })
  const shift = (shiftId: string, start: string, end: string) => ({
    ...{ shiftId, name: shiftId, start, end, days: [0, 1, 2, 3, 4, 5, 6] },
  })
  await wish(system, 'pattern', {
    ...{ type: 'ChangeShiftPattern', ...calendar, from: iso(now - 29 * DAY_MS).slice(0, 10) },
    pattern: {
      shifts: [
        shift('NIGHT', '00:00', '08:00'),
        shift('EARLY', '08:00', '16:00'),
        shift('LATE', '16:00', '00:00'),
      ],
    },
  })
  for (let day = 3; day >= 2; day--) {
    const start = Math.floor(now / DAY_MS) * DAY_MS - day * DAY_MS
    for (const [place, equipmentId] of machines.entries())
      await record(
        system,
        Array.from({ length: CHANGES }, (_, n) => ({
          type: 'EquipmentStateChanged',
          data: { equipmentId, state: stateChange(n, place).data.state },
          occurredAt: iso(start + (n * DAY_MS) / CHANGES),
        })),
      )
    for (const shiftId of ['NIGHT', 'EARLY', 'LATE'])
      await close(
        system,
        shiftId,
        start + ['NIGHT', 'EARLY', 'LATE'].indexOf(shiftId) * 8 * HOUR_MS,
      )
  }
  await until(
    system,
    `select count(*)::int n from read.shift_reports where status <> 'CLOSED'`,
    330,
  )
}

async function close(system: System, shiftId: string, from: number): Promise<void> {
  const areas = Array.from({ length: AREAS }, (_, area) => `AREA${area}`)
  const shift = { shiftId, day: iso(from).slice(0, 10), from: iso(from) }
  const to = iso(from + 8 * HOUR_MS)
  await Promise.all(
    [...areas, ...machines].map((scopeId) =>
      wish(system, `close ${scopeId} ${shift.from}`, {
        ...{ type: 'CloseShift', scopeId, ...shift, to, occurredAt: to },
      }),
    ),
  )
}

async function until(system: System, text: string, wanted: number): Promise<void> {
  const begin = performance.now()
  for (;;) {
    const [found] = await system.reads.query<{ n: number }>({ text, values: [] })
    if (found!.n >= wanted) return
    if (performance.now() - begin > WAIT_MS) throw new Error(`${found!.n} of ${wanted}: ${text}`)
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
}

/** From a fault reported three days late to the restatements of machine and area in the read models. */
async function restated(system: System): Promise<readonly number[]> {
  const took: number[] = []
  const start = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS
  for (let n = 0; n < LATE_FACTS; n++) {
    const equipmentId = machines[n]!
    const begin = performance.now()
    const { recorded } = (await record(system, [
      {
        type: 'EquipmentStateChanged',
        data: { equipmentId, state: 'FAULT' },
        occurredAt: iso(start + 10 * HOUR_MS + 60_000),
      },
    ])) as { recorded: number }
    if (recorded !== 1) throw new Error('the late fact was not recorded')
    const text = `select count(distinct "scopeId")::int n from read.kpi_restatements
      where kpi = 'availability' and "causeEventId" in (select "causeEventId"
        from read.kpi_restatements where "scopeId" = '${equipmentId}')`
    await until(system, text, 2)
    took.push(performance.now() - begin)
  }
  return took
}

interface BoardMessage {
  readonly data: {
    readonly shiftBoard: { readonly lines: readonly { equipmentId: string; count: number }[] }
  }
}

/** Every machine counts; one client watches the board of one area. */
async function board(system: System) {
  const contextValue = createContext(system.services, systemPrincipal)
  const source = `subscription { shiftBoard(areaId: "AREA0") { lines {
    equipmentId state orderId count oee target forecast coverage } } }`
  const messages = (await subscribe({
    schema,
    document: parse(source),
    contextValue,
  })) as AsyncIterator<BoardMessage, never>
  await messages.next()
  /** By machine: what its count will be, and when it was sent. */
  const sent = new Map<string, { count: number; at: number; counts: boolean }[]>()
  const latencies: number[] = []
  let stopped = false
  const watching = (async () => {
    for (;;) {
      if (stopped && [...sent.values()].every((waiting) => waiting.length === 0)) return
      const { value } = await messages.next()
      for (const { equipmentId, count } of value.data.shiftBoard.lines) {
        const waiting = sent.get(equipmentId) ?? []
        while (waiting.length > 0 && waiting[0]!.count <= count) {
          const { at, counts } = waiting.shift()!
          if (counts) latencies.push(performance.now() - at)
        }
      }
    }
  })()
  const counts = new Map<string, number>()
  const began = performance.now()
  const calls: Promise<unknown>[] = []
  let n = 0
  for (let seconds = 0; seconds < WARM_UP_S + MEASURED_S;) {
    seconds = (performance.now() - began) / 1_000
    const due = Math.floor(seconds * RATE) - n
    const at = performance.now()
    const facts = Array.from({ length: due }, () => {
      const equipmentId = machines[n++ % machines.length]!
      const count = (counts.get(equipmentId) ?? 0) + 1
      counts.set(equipmentId, count)
      if (equipmentId.startsWith('M0-')) {
        const waiting = sent.get(equipmentId) ?? []
        sent.set(equipmentId, waiting)
        waiting.push({ count, at, counts: n > WARM_UP_S * RATE })
      }
      return {
        type: 'CounterAdvanced',
        data: { equipmentId, counter: 'parts', delta: 1, unit: 'C62', reading: count },
        occurredAt: iso(Date.now()),
      }
    })
    if (facts.length > 0) calls.push(record(system, facts))
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const rate = n / ((performance.now() - began) / 1_000)
  await Promise.all(calls)
  stopped = true
  await watching
  await messages.return?.()
  return { latencies, rate }
}
