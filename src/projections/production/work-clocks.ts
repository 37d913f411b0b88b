import type { ClosedClock, OrderEvent } from '../../domain/production/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { byFact, projection } from '../projection.ts'

export interface WorkClockRow {
  orderId: string
  operationId: string
  personId: string | null
  equipmentId: string | null
  activity: 'SETUP' | 'PRODUCTION' | 'BREAK'
  startedAt: string
  endedAt: string
}

type Closing = Extract<OrderEvent, { data: { closed: unknown } }>

const keys = (d: Closing['data'], fact: Recorded<Closing>): string[] =>
  d.closed.map((_: ClosedClock, index: number) => `${fact.id}/${index}`)

const evolve = (_: unknown, fact: Recorded<Closing>, key: string): WorkClockRow => {
  const clock = fact.data.closed[Number(key.slice(key.lastIndexOf('/') + 1))]!
  return {
    orderId: fact.data.orderId,
    operationId: clock.operationId,
    personId: clock.personId,
    equipmentId: clock.equipmentId,
    activity: clock.activity,
    startedAt: clock.since,
    endedAt: fact.metadata.occurredAt,
  }
}
const closing = { key: keys, evolve } as never

/** One row per stopped clock: who did what on which operation and machine, from when to when. */
export const workClocks = projection<WorkClockRow>()<OrderEvent>({
  name: 'work_clocks',
  context: 'production',
  version: 2,
  columns: {
    orderId: 'text',
    operationId: 'text',
    personId: 'text',
    equipmentId: 'text',
    activity: 'text',
    startedAt: 'timestamptz',
    endedAt: 'timestamptz',
  },
  indexes: [
    ['orderId', 'startedAt'],
    ['personId', 'endedAt'],
    ['equipmentId', 'endedAt'],
    ['endedAt'],
  ],
  on: {
    OperationActivityChanged: closing,
    OperationPaused: closing,
    OperationResumed: closing,
    OperationCompleted: closing,
    OrderCancelled: closing,
    OrderCompleted: closing,
    WorkBooked: {
      key: byFact,
      evolve: (_, { data }) => ({
        orderId: data.orderId,
        operationId: data.operationId,
        personId: data.personId,
        equipmentId: data.equipmentId,
        activity: data.activity,
        startedAt: data.startedAt,
        endedAt: data.endedAt,
      }),
    },
  },
})
