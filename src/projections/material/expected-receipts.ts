import type { ExpectedReceiptEvent } from '../../domain/material/events.ts'
import { projection } from '../projection.ts'

export interface ExpectedReceiptRow {
  materialId: string
  quantity: number
  unit: string
  expectedAt: string
  supplierId: string | null
  status: 'EXPECTED' | 'CLOSED'
  /** Why it was closed. */
  reason: string | null
}

/** One row per line of goods that are to come, or were. */
export const expectedReceipts = projection<ExpectedReceiptRow>()<ExpectedReceiptEvent>({
  name: 'expected_receipts',
  context: 'material',
  version: 1,
  columns: {
    materialId: 'text',
    quantity: 'double precision',
    unit: 'text',
    expectedAt: 'timestamptz',
    supplierId: 'text',
    status: 'text',
    reason: 'text',
  },
  indexes: [
    ['status', 'expectedAt'],
    ['materialId', 'expectedAt'],
  ],
  on: {
    ReceiptExpected: {
      key: (d) => d.receiptId,
      evolve: (_, { data: { receiptId: _id, ...line } }) => ({
        ...line,
        status: 'EXPECTED',
        reason: null,
      }),
    },
    ExpectedReceiptClosed: {
      key: (d) => d.receiptId,
      evolve: (row, { data }) => row && { ...row, status: 'CLOSED', reason: data.reason },
    },
  },
})
