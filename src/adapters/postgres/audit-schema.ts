import type pg from 'pg'

/** Advisory lock of whoever creates the schema, drawn once at random. */
const LOCK = 2_640_993_817

/**
 * An index over the log by what an auditor asks for, beside the log, so that appends do not pay for it.
 * It holds no payload: what it finds is read from the log. One row an event, made by the database.
 */
const TABLES = `
create schema if not exists audit;
create table if not exists audit.progress (
  one boolean primary key default true check (one),
  position bigint not null
) with (fillfactor = 10);
insert into audit.progress values (true, 0) on conflict do nothing;
create table if not exists audit.entries (
  position bigint primary key,
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  id uuid not null,
  type integer not null,
  object text collate "C" not null,
  actor text collate "C" not null,
  person text collate "C",
  source text collate "C" not null,
  site text collate "C" not null
);
create index if not exists entries_id on audit.entries (id);
create index if not exists entries_recorded on audit.entries (recorded_at, position);
create index if not exists entries_occurred on audit.entries (occurred_at, position);
create index if not exists entries_type on audit.entries (type, position);
create index if not exists entries_object on audit.entries (object, position);
create index if not exists entries_actor on audit.entries (actor, position);
create index if not exists entries_person on audit.entries (person, position)
  where person is not null;
create index if not exists entries_source on audit.entries (source, position);
create index if not exists entries_site on audit.entries (site, position);`

/** Safe to call from several processes at once. */
export async function ensureAuditIndex(pool: pg.Pool): Promise<void> {
  // One simple query is one transaction, so the lock is held until the tables are there.
  await pool.query(`select pg_advisory_xact_lock(${LOCK}); ${TABLES}`)
}

/** jsonb refuses NUL and lone surrogates, which JSON may hold; all escapes of the kind are replaced. */
const asJson = (text: string): string =>
  `(case when strpos(${text}, '\\u') = 0 then ${text}
    else regexp_replace(${text}, '\\\\u[0-9a-fA-F]{4}', '\\ufffd', 'g') end)::jsonb`

/**
 * Takes the events after $1 up to $2 in. A refused command is about the stream it was for. The payload
 * is looked into only where it names one of the two things that are wanted of it.
 */
export const INDEX_EVENTS = {
  name: 'audit-index',
  text: `
insert into audit.entries (position, recorded_at, occurred_at, id, type, object, actor, person,
                           source, site)
select e.position, e.recorded_at, (m->>'occurredAt')::timestamptz, e.id, e.type,
       coalesce(case when t.name = 'CommandRejected' then d->>'stream' end, e.stream),
       m->>'actor', d->>'personId', m->>'source', m->>'site'
from es.events e
join es.types t on t.id = e.type
cross join lateral (select ${asJson('e.metadata')} as m, case
    when t.name = 'CommandRejected' or strpos(e.data, '"personId"') > 0
    then ${asJson('e.data')} end as d offset 0) as j
where e.position > $1 and e.position <= $2`,
}
