import type { Activity, ClosedClock, OrderEvent } from '../../domain/production/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface RunningClockRow {
  orderId: string
  operationId: string
  personId: string
  equipmentId: string | null
  activity: Activity
  startedAt: string
}

type Started = Extract<OrderEvent, { type: 'OperationStarted' }>
type Closing = Extract<OrderEvent, { data: { closed: unknown } }>

const key = (d: { orderId: string; operationId: string; personId: string }): string =>
  compositeKey(d.orderId, d.operationId, d.personId)

/** Changes the activity: the person stays where they were. */
const goesOn = {
  key,
  evolve: (
    _: RunningClockRow | null,
    { data, metadata }: Recorded<Extract<Closing, { data: { personId: string } }>>,
  ): RunningClockRow => ({
    orderId: data.orderId,
    operationId: data.operationId,
    personId: data.personId,
    equipmentId: data.closed[0]?.equipmentId ?? null,
    activity: 'activity' in data ? data.activity : 'BREAK',
    startedAt: metadata.occurredAt,
  }),
}
const stops = {
  key: (d: Closing['data']) =>
    d.closed.map((clock: ClosedClock) => key({ orderId: d.orderId, ...clock })),
  evolve: () => null,
}

/** One row per clock that runs: who is doing what on which operation and machine, and since when. */
export const runningClocks = projection<RunningClockRow>()<OrderEvent>({
  name: 'running_clocks',
  context: 'production',
  version: 1,
  columns: {
    orderId: 'text',
    operationId: 'text',
    personId: 'text',
    equipmentId: 'text',
    activity: 'text',
    startedAt: 'timestamptz',
  },
  indexes: [['equipmentId'], ['orderId']],
  on: {
    OperationStarted: {
      key,
      evolve: (_: unknown, { data, metadata }: Recorded<Started>) => ({
        orderId: data.orderId,
        operationId: data.operationId,
        personId: data.personId,
        equipmentId: data.equipmentId,
        activity: data.activity,
        startedAt: metadata.occurredAt,
      }),
    },
    OperationActivityChanged: goesOn,
    OperationPaused: goesOn,
    OperationResumed: goesOn,
    OperationCompleted: stops,
    OrderCancelled: stops,
    OrderCompleted: stops,
  },
})
