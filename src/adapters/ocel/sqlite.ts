import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { OcelEvent, OcelObject } from '../../projections/ocel/ocel-event.ts'

/** Every object is as it is from the beginning: what changes about it is told by events. */
const BEGINNING = '1970-01-01T00:00:00.000Z'
const OBJECT_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  order: ['material'],
  lot: ['material'],
  serial: ['material'],
  operation: ['operation'],
}

/** Objects remembered as written, some 10 MB: most facts are about a few of them, again and again. */
const REMEMBERED = 50_000

/** The tables of OCEL 2.0 that do not depend on types, with the keys that it asks for. */
const TABLES = `
  pragma journal_mode = off; pragma synchronous = off;
  create table event_map_type (ocel_type text primary key, ocel_type_map text);
  create table object_map_type (ocel_type text primary key, ocel_type_map text);
  create table event (ocel_id text primary key,
    ocel_type text not null references event_map_type (ocel_type)) without rowid;
  create table object (ocel_id text primary key,
    ocel_type text not null references object_map_type (ocel_type)) without rowid;
  create table event_object (ocel_event_id text references event (ocel_id),
    ocel_object_id text references object (ocel_id), ocel_qualifier text,
    primary key (ocel_event_id, ocel_object_id, ocel_qualifier)) without rowid;
  create table object_object (ocel_source_id text references object (ocel_id),
    ocel_target_id text references object (ocel_id), ocel_qualifier text,
    primary key (ocel_source_id, ocel_target_id, ocel_qualifier)) without rowid;`

interface EventTable {
  readonly columns: Map<string, string>
  insert: StatementSync
}

/** What an attribute is, in the words of OCEL; SQLite keeps any of them in any column. */
const COLUMN = { string: 'text', number: 'real', boolean: 'boolean' } as const
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Writes an OCEL 2.0 database. Nothing of it is held in memory but the names of types. */
export function createOcelDatabase(file: string) {
  // Keys hold by the way it is written; checking each would slow that down.
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false })
  db.exec(TABLES)
  const insertEvent = db.prepare('insert or ignore into event values (?, ?)')
  const insertObject = db.prepare('insert or ignore into object values (?, ?)')
  const relate = db.prepare('insert or ignore into event_object values (?, ?, ?)')
  const connect = db.prepare('insert or ignore into object_object values (?, ?, ?)')
  const eventTables = new Map<string, EventTable>()
  const objectTables = new Map<string, StatementSync>()

  const inserting = (type: string, columns: Iterable<string>): StatementSync => {
    const names = ['ocel_id', 'ocel_time', ...columns].map(quoted)
    const marks = names.map(() => '?').join(', ')
    return db.prepare(
      `insert into ${quoted(`event_${type}`)} (${names.join(', ')}) values (${marks})`,
    )
  }
  const eventTable = (type: string): EventTable => {
    const known = eventTables.get(type)
    if (known) return known
    db.exec(`create table ${quoted(`event_${type}`)}
      (ocel_id text primary key references event (ocel_id), ocel_time text)`)
    db.prepare('insert into event_map_type values (?, ?)').run(type, type)
    const made = { columns: new Map<string, string>(), insert: inserting(type, []) }
    eventTables.set(type, made)
    return made
  }
  /** New attributes of a type are new columns. */
  const withColumns = (type: string, attributes: OcelEvent['attributes']): EventTable => {
    const table = eventTable(type)
    const fresh = Object.entries(attributes).filter(([name]) => !table.columns.has(name))
    for (const [name, value] of fresh) {
      const column = COLUMN[typeof value as keyof typeof COLUMN]
      db.exec(`alter table ${quoted(`event_${type}`)} add column ${quoted(name)} ${column}`)
      table.columns.set(name, column)
    }
    if (fresh.length > 0) table.insert = inserting(type, table.columns.keys())
    return table
  }
  const objectTable = (type: string): StatementSync => {
    const known = objectTables.get(type)
    if (known) return known
    const attributes = OBJECT_ATTRIBUTES[type] ?? []
    const table = quoted(`object_${type}`)
    db.exec(`create table ${table} (ocel_id text primary key references object (ocel_id), ocel_time text,
      ocel_changed_field text ${attributes.map((name) => `, ${quoted(name)} text`).join('')})`)
    db.prepare('insert into object_map_type values (?, ?)').run(type, type)
    const updates = attributes.map(
      (n) => `${quoted(n)} = coalesce(${quoted(n)}, excluded.${quoted(n)})`,
    )
    const made = db.prepare(
      `insert into ${table} values (?, ?, null ${attributes.map(() => ', ?').join('')})
       on conflict do ${updates.length > 0 ? `update set ${updates.join(', ')}` : 'nothing'}`,
    )
    objectTables.set(type, made)
    return made
  }
  const written = new Set<string>()
  const putObject = ({ id, type, attributes }: OcelObject): void => {
    const said = JSON.stringify([id, attributes])
    if (written.has(said)) return
    if (written.size >= REMEMBERED) written.clear()
    written.add(said)
    insertObject.run(id, type)
    const values = (OBJECT_ATTRIBUTES[type] ?? []).map((name) => attributes[name] ?? null)
    objectTable(type).run(id, BEGINNING, ...values)
  }

  return {
    db,
    /** Writes these in one transaction. */
    put(events: readonly OcelEvent[]): void {
      db.exec('begin')
      for (const { id, type, time, attributes, objects, relations } of events) {
        insertEvent.run(id, type)
        const { columns, insert } = withColumns(type, attributes)
        const values = [...columns.keys()].map((name) => {
          const value = attributes[name] ?? null
          return typeof value === 'boolean' ? Number(value) : value
        })
        insert.run(id, time, ...values)
        for (const { object, qualifier } of objects) {
          putObject(object)
          relate.run(id, object.id, qualifier)
        }
        for (const { from, to, qualifier } of relations) connect.run(from, to, qualifier)
      }
      db.exec('commit')
    },
    close: () => db.close(),
  }
}
