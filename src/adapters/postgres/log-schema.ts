import type pg from 'pg'
import { APPEND_BATCH } from './log-append.sql.ts'

/** Grows by one with each change of schema `es`; an older program refuses a newer log. */
const VERSION = 1
/** Positions in one partition: about 8 GB with its indexes, a size to back up and to vacuum. */
const PARTITION_SIZE = 10_000_000
/** Advisory lock of whoever creates the schema, drawn once at random. */
const LOCK = 7_281_960_431

/**
 * The log's tables. One row, `es.head`, is the lock that puts all appends in one order: who holds it
 * assigns positions and stream ids, and keeps it until the commit is visible. Sequences would leave
 * gaps and show later numbers first (Marten #1629 to #4977, Emmett #336, Eventuous #222).
 *
 * The stream's name is in each event as well: joining it on read cost a third of the throughput (110 k
 * against 165 k events/s). The columns of `es.events` go from wide to narrow, so that none is padded. There is no index over
 * event ids: a retry is recognised by its place in the stream. `events_type` serves every filter: a
 * category is the set of its types (`es.category_types`), which saves a second index.
 */
const TABLES = `
create schema es;

create table es.head (
  one boolean primary key default true check (one),
  position bigint not null,
  streams bigint not null,
  recorded_at timestamptz not null,
  partition_size bigint not null,
  -- Exclusive upper bound of the last partition.
  partitioned_to bigint not null,
  version integer not null
) with (fillfactor = 10);

create table es.categories (
  id integer generated always as identity primary key,
  name text not null unique
);
create table es.types (
  id integer generated always as identity primary key,
  name text not null unique
);
create table es.category_types (
  category integer not null references es.categories,
  type integer not null references es.types,
  primary key (category, type)
);

create table es.streams (
  id bigint primary key,
  first_position bigint not null,
  last_position bigint not null,
  revision integer not null,
  category integer not null,
  name text not null unique
) with (fillfactor = 80);

create table es.events (
  position bigint not null,
  stream_id bigint not null,
  recorded_at timestamptz not null,
  revision integer not null,
  type integer not null,
  category integer not null,
  schema_version integer not null,
  id uuid not null,
  stream text not null,
  data text not null,
  metadata text not null,
  primary key (position)
) partition by range (position);
create index events_stream on es.events (stream_id, revision);
create index events_type on es.events (type, position);
`

/**
 * Attaching takes a lock that readers do not feel, unlike "create table ... partition of". It runs
 * under the head's lock, so two processes never add the same partition.
 */
const ADD_PARTITION = `
create function es.add_partition(low bigint, high bigint) returns void language plpgsql as $$
begin
  execute format('create table es.events_%s (like es.events)', low);
  execute format(
    'alter table es.events attach partition es.events_%s for values from (%s) to (%s)',
    low, low, high
  );
end $$;
`

/** Ids of types and categories, made where they are new; known to others before any event uses them. */
const REGISTER = `
create function es.register(p_categories text[], p_types text[])
returns table (category integer, type integer) language plpgsql as $$
begin
  lock table es.category_types in share row exclusive mode;
  insert into es.categories (name)
    select distinct n from unnest(p_categories) n
    where not exists (select from es.categories c where c.name = n);
  insert into es.types (name)
    select distinct n from unnest(p_types) n
    where not exists (select from es.types t where t.name = n);
  insert into es.category_types
    select distinct c.id, t.id from unnest(p_categories, p_types) p (category, type)
    join es.categories c on c.name = p.category join es.types t on t.name = p.type
    on conflict do nothing;
  return query
    select c.id, t.id from unnest(p_categories, p_types) with ordinality p (category, type, n)
    join es.categories c on c.name = p.category join es.types t on t.name = p.type
    order by p.n;
end $$;
`

/**
 * Creates schema `es` where it is missing. Safe to call from several processes at once.
 * @param partitionSize positions in one partition of a new log; tests make it small
 * @throws Error when a newer Taktlog made the log
 */
export async function ensureLog(pool: pg.Pool, partitionSize = PARTITION_SIZE): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    const { rows } = await client.query(`select to_regclass('es.head') is not null as there`)
    if (rows[0].there) await checkVersion(client)
    else await create(client, partitionSize)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

async function create(client: pg.PoolClient, partitionSize: number): Promise<void> {
  await client.query(TABLES + ADD_PARTITION + REGISTER + APPEND_BATCH)
  await client.query('select es.add_partition(0, $1)', [partitionSize])
  await client.query(`insert into es.head values (true, 0, 0, '-infinity', $1, $1, $2)`, [
    partitionSize,
    VERSION,
  ])
}

async function checkVersion(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query('select version from es.head')
  const { version } = rows[0] as { version: number }
  if (version > VERSION)
    throw new Error(
      `the log is of schema version ${version}, this program knows ${VERSION}: use a newer Taktlog`,
    )
}
