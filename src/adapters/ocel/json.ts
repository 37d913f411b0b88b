import type { DatabaseSync } from 'node:sqlite'

type Row = Record<string, string | number | null>
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
/** The columns of a type's table that are no attributes. */
const OWN = new Set(['ocel_id', 'ocel_time', 'ocel_changed_field'])
const TYPE: Readonly<Record<string, string>> = { TEXT: 'string', REAL: 'float', BOOLEAN: 'boolean' }

interface Type {
  readonly name: string
  readonly attributes: readonly { readonly name: string; readonly type: string }[]
}

/** An OCEL 2.0 database as its JSON form, piece by piece. */
export function* ocelJson(db: DatabaseSync): Generator<string> {
  const eventTypes = typesOf(db, 'event')
  const objectTypes = typesOf(db, 'object')
  const types = JSON.stringify({ eventTypes, objectTypes })
  yield `${types.slice(0, -1)},"events":[`
  yield* entries(db, 'event', eventTypes)
  yield '],"objects":['
  yield* entries(db, 'object', objectTypes)
  yield ']}\n'
}

function typesOf(db: DatabaseSync, kind: 'event' | 'object'): readonly Type[] {
  const names = db.prepare(`select ocel_type from ${kind}_map_type order by 1`).all() as Row[]
  return names.map(({ ocel_type: name }) => ({
    name: String(name),
    attributes: (db.prepare(`pragma table_info(${quoted(`${kind}_${name}`)})`).all() as Row[])
      .filter(({ name: column }) => !OWN.has(String(column)))
      .map(({ name: column, type }) => ({
        name: String(column),
        type: TYPE[String(type).toUpperCase()]!,
      })),
  }))
}

const RELATED = {
  event:
    'select ocel_object_id as id, ocel_qualifier as q from event_object where ocel_event_id = ?',
  object:
    'select ocel_target_id as id, ocel_qualifier as q from object_object where ocel_source_id = ?',
} as const

function* entries(
  db: DatabaseSync,
  kind: 'event' | 'object',
  types: readonly Type[],
): Generator<string> {
  const related = db.prepare(RELATED[kind])
  let first = true
  for (const { name: type, attributes } of types)
    for (const row of db
      .prepare(`select * from ${quoted(`${kind}_${type}`)}`)
      .iterate() as Iterable<Row>) {
      const time = kind === 'object' ? { time: row['ocel_time'] } : {}
      const entry = {
        id: row['ocel_id'],
        type,
        ...(kind === 'event' ? { time: row['ocel_time'] } : {}),
        attributes: attributes.flatMap(({ name, type: of }) => {
          const value = row[name] ?? null
          // Values are text in the JSON form, whatever their type.
          return value === null ? [] : [{ name, value: textOf(value, of), ...time }]
        }),
        relationships: (related.all(row['ocel_id']!) as Row[]).map(({ id, q }) => ({
          objectId: id,
          qualifier: q,
        })),
      }
      yield `${first ? '\n' : ',\n'}${JSON.stringify(entry)}`
      first = false
    }
}

const textOf = (value: string | number, type: string): string =>
  type === 'boolean' ? String(value === 1) : String(value)
