import { collect } from '../../src/projections/flush.ts'
import type { Member } from '../../src/projections/fold.ts'
import type { Keyed, Projection } from '../../src/projections/projection.ts'
import type { Packed, Packer, Table } from '../../src/projections/tables.ts'
import { freeze } from '../support/freeze.ts'

interface PackedRows extends Packed {
  readonly all: readonly Keyed<object>[]
}

const memoryPacker = (): Packer => {
  let rows: Keyed<object>[] = []
  return {
    add: (row) => void rows.push(row),
    get rows() {
      return rows.length
    },
    take(): PackedRows {
      const taken = rows
      rows = []
      return { rows: taken.length, all: taken }
    },
  }
}

export const memoryTable = (p: Projection): Table => ({
  name: p.name,
  projection: p.name,
  position: 0,
  active: true,
  complete: true,
  current: true,
  failure: null,
  skipped: [],
})

/** Tables in memory for laws of the fold alone; insists that a fresh row is fresh and a written one stays. */
export function memorySession() {
  const tables = new Map<string, Map<string, Keyed<object>>>()
  const rows = (name: string): Map<string, Keyed<object>> => {
    const known = tables.get(name) ?? new Map()
    tables.set(name, known)
    return known
  }
  return {
    rows: (p: Projection) => rows(p.name),
    packer: memoryPacker,
    load: async (table: Table, _: Projection, keys: readonly string[]) =>
      new Map(
        keys.flatMap((key) => {
          const row = rows(table.name).get(key)
          return row ? [[key, row] as const] : []
        }),
      ),
    flush(members: readonly Member[]): void {
      for (const [member, write] of collect(members)) {
        const table = rows(write.table.name)
        for (const key of write.gone) table.delete(key)
        for (const row of [...write.fresh, ...((write.packed as PackedRows | null)?.all ?? [])]) {
          if (table.has(row.key)) throw new Error(`${row.key} was written before`)
          table.set(row.key, freeze(row))
        }
        for (const row of write.changed) table.set(row.key, freeze(row))
        member.rows.settle()
        member.written = write.to
      }
    },
  }
}
