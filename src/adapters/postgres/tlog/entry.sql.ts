/**
 * The canonical bytes of an event `e` of type `t`: one line of JSON without spaces, in UTF-8, its
 * members always all there and in this order:
 *
 *     {"position":7,"stream":"order-PO-1","revision":0,"id":"6f1c...","type":"OrderReleased",
 *      "schemaVersion":1,"recordedAt":"2026-03-02T06:00:00.123000Z","data":"e3b0...","metadata":"98ea..."}
 *
 * `data` and `metadata` are the SHA-256 (hex) of the stored texts as they were written, so no later
 * upcast changes them, an entry always fits the 65,535 bytes of a tlog-tiles bundle, and a proof can be
 * shown to somebody who must not see the content. The tree, the verifier and the bundles all read this
 * definition; of a log that is elsewhere, `entryOf` makes the same bytes. It uses nothing of the database
 * that somebody could have replaced.
 */
const ENTRY = `
'{"position":' || e.position || ',"stream":' || pg_catalog.to_json(e.stream)::text ||
',"revision":' || e.revision || ',"id":"' || e.id || '","type":' ||
pg_catalog.to_json(t.name)::text || ',"schemaVersion":' || e.schema_version ||
',"recordedAt":"' ||
pg_catalog.to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ||
'","data":"' ||
pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(e.data, 'UTF8')), 'hex') ||
'","metadata":"' ||
pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(e.metadata, 'UTF8')), 'hex') || '"}'`

/** Positions and entries after $1, up to $2, of at most $3 events, in order. */
export const entriesAfter = `
select e.position, ${ENTRY} as entry
from es.events e join es.types t on t.id = e.type
where e.position > $1 and e.position <= $2
order by e.position limit $3`

/**
 * Leaf hashes of the same events, 32 bytes each, and how many they are, from which position to which. The
 * database hashes them: a row for each event, or only its text, would cost Node more than hashing does.
 * The order is that of the inner query; asking for it again doubles what joining costs.
 */
export const leavesAfter = {
  name: 'merkle-leaves',
  text: `select count(*)::integer as events, min(position) as first, max(position) as last,
    pg_catalog.string_agg(pg_catalog.sha256('\\x00'::bytea || pg_catalog.convert_to(entry, 'UTF8')),
      ''::bytea) as leaves
    from (${entriesAfter}) as entries`,
}

export interface Leaves {
  readonly events: number
  readonly first: number | null
  readonly last: number | null
  readonly leaves: Buffer | null
}
