import type pg from 'pg'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import type { GenealogyEdgeRow } from '../../src/projections/material/genealogy-row.ts'
import type { Ask } from '../../src/projections/material/trace/walk.ts'
import type { Keyed } from '../../src/projections/projection.ts'
import { freshDatabase } from '../support/postgres.ts'

export type EdgeRow = Keyed<GenealogyEdgeRow>

/** The table of edges in a database of its own, to be filled with any rows. */
export async function edgeTable() {
  const { connection, pool, drop } = await freshDatabase()
  const session = await createTables(connection).connect()
  await session.prepare([genealogyEdges])
  const [table] = await session.tables([genealogyEdges])
  if (!table!.complete) await session.complete(new Map([[table!, genealogyEdges]]))
  await session.close()
  const store = { head: async () => 0 }
  const reads = createReadModels({ pool, store, projections: [genealogyEdges] })
  const ask: Ask = (query) => reads.query(query)
  return { ask, drop, pool, put: (rows: readonly EdgeRow[]) => fill(pool, table!.name, rows) }
}

async function fill(pool: pg.Pool, table: string, rows: readonly EdgeRow[]): Promise<void> {
  await pool.query(`truncate read."${table}"`)
  await pool.query(
    `insert into read."${table}" select * from jsonb_populate_recordset(null::read."${table}", $1)`,
    [JSON.stringify(rows)],
  )
  await pool.query(`analyze read."${table}"`)
}

/** An edge that was always known and holds, with what the test says otherwise. */
export const edge = (
  key: string,
  fromNode: string | null,
  toNode: string | null,
  more: Partial<EdgeRow> = {},
): EdgeRow => ({
  ...{ key, site: 'S1', kind: 'CONSUMED', fromNode, toNode, quantity: 1, unit: 'KGM' },
  ...{ materialId: null, role: null, orderId: null, operationId: null, equipmentId: null },
  ...{ personId: null, partyId: null, reference: null, reason: null, bookingId: null },
  ...{ occurredAt: '2026-03-02T06:00:00.000Z', recordedAt: '2026-03-02T06:00:00.000Z' },
  ...{ endedAt: null, endKind: null, endReason: null, knownFrom: 1, knownTo: null },
  ...{ endKnownFrom: null, endKnownTo: null, arrivedFrom: 1 },
  ...more,
})
