import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, instant, positiveQuantity, reason, unit } from '../types.ts'

/**
 * Goods that are to come: a line of a purchase or transfer order with its date. Planning counts on
 * them from that date on; when they came, or will not come, it is closed.
 */
const expected = {
  receiptId: id,
  materialId: id,
  quantity: positiveQuantity,
  unit,
  expectedAt: instant,
  supplierId: id.nullable().default(null),
}

export const expectedReceiptEvents = {
  expected: event('ReceiptExpected', z.object(expected)),
  closed: event('ExpectedReceiptClosed', z.object({ receiptId: id, reason })),
}
export type ExpectedReceiptEvent = EventOf<typeof expectedReceiptEvents>

export const expectedReceiptCommands = {
  ExpectReceipt: z
    .object({
      type: z.literal('ExpectReceipt'),
      ...expected,
      receiptId: id.describe('Number of the line: order and position.'),
      expectedAt: instant.describe('When it can be used; said again, the last one counts.'),
    })
    .describe('Say what material is to come and when, or that this has changed.'),
  CloseExpectedReceipt: z
    .object({ type: z.literal('CloseExpectedReceipt'), receiptId: id, reason })
    .describe('Nothing more is to come of it: it has come, or it will not.'),
}
export type ExpectedReceiptCommand = CommandOf<typeof expectedReceiptCommands>

type ExpectedReceipt =
  | { readonly status: 'unknown' | 'closed' }
  | { readonly status: 'open'; readonly content: string }

export const expectedReceipt: Decider<
  ExpectedReceiptCommand,
  ExpectedReceipt,
  ExpectedReceiptEvent,
  'ReceiptUnknown' | 'ReceiptClosed'
> = {
  context: 'material',
  category: 'expectedReceipt',
  commands: expectedReceiptCommands,
  events: expectedReceiptEvents,
  id: ({ receiptId }) => receiptId,
  initial: { status: 'unknown' },

  decide(command, state) {
    if (command.type === 'CloseExpectedReceipt') {
      if (state.status === 'unknown')
        return reject('ReceiptUnknown', `receiptId ${command.receiptId} is not expected.`)
      return state.status === 'closed' ? [] : [expectedReceiptEvents.closed(command)]
    }
    if (state.status === 'closed')
      return reject('ReceiptClosed', `receiptId ${command.receiptId} is closed; take another id.`)
    const fact = expectedReceiptEvents.expected(command)
    return state.status === 'open' && state.content === JSON.stringify(fact.data) ? [] : [fact]
  },

  evolve: (_, { type, data }) =>
    type === 'ReceiptExpected'
      ? { status: 'open', content: JSON.stringify(data) }
      : { status: 'closed' },
}
