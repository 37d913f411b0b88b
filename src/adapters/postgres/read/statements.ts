import pg from 'pg'
import type { ColumnType, Projection } from '../../../projections/projection.ts'
import { columnsOf, quoted } from './columns.ts'

/** First half of our two-part advisory lock keys: other programs may lock things in this database. */
export const LOCK_CLASS = 0x54414b54

/** Names of projections come first; ours start with an underscore, which no projection's does. */
export const SCHEMA = `
create schema if not exists read;
create table if not exists read._tables (
  table_name text primary key,
  name text not null,
  version integer not null,
  shape text not null,
  position bigint not null default 0,
  active boolean not null,
  complete boolean not null default false,
  failed_position bigint,
  failed_id text,
  failed_type text,
  error text
) with (fillfactor = 10, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
create unique index if not exists _tables_active on read._tables (name) where active;
create table if not exists read._skipped (
  name text not null,
  version integer not null,
  position bigint not null,
  event_id text not null,
  event_type text not null,
  error text not null,
  skipped_by text not null,
  why text not null,
  skipped_at timestamptz not null default now(),
  primary key (name, version, position)
);`

/** A new one means another table: what the columns and indexes are. */
export const shapeOf = (p: Projection): string =>
  JSON.stringify([Object.entries(p.columns), p.indexes])

/** Bytewise order: the same on every server, and an index on it serves prefixes. */
const definition = (type: ColumnType): string => (type === 'text' ? 'text collate "C"' : type)

const relation = (table: string): string => `read.${quoted(table)}`
const names = (p: Projection): string =>
  columnsOf(p)
    .map(([column]) => quoted(column))
    .join(', ')

/**
 * Without a primary key at first: COPY into a bare heap is the fastest way to fill it. Autovacuum stays
 * away until it is complete, and then has all of it to look at once.
 */
export const createTable = (table: string, p: Projection): string => {
  const columns = columnsOf(p).map(
    ([column, type], i) => `${quoted(column)} ${definition(type)}${i < 2 ? ' not null' : ''}`,
  )
  return `create table ${relation(table)} (${columns.join(', ')}) with (autovacuum_enabled = off)`
}
export const dropTable = (table: string): string =>
  `delete from read._tables where table_name = ${pg.escapeLiteral(table)};
  drop table if exists ${relation(table)}`

/** Does nothing where it has one. */
export const addPrimaryKey = (table: string): string =>
  `do $$ begin
    if not exists (select from pg_index
      where indrelid = ${pg.escapeLiteral(relation(table))}::regclass and indisprimary)
    then alter table ${relation(table)} add primary key (key); end if;
  end $$`

/** Each index ends with the key, so that it also serves pages ordered by its last column. */
const createIndexes = (table: string, p: Projection): readonly string[] =>
  p.indexes.map((columns, i) => {
    const list = [...columns.map(quoted), 'key'].join(', ')
    return `create index if not exists ${quoted(`${table}_i${i + 1}`)} on ${relation(table)} (${list})`
  })

/** One statement string, and so one transaction and one round trip. */
export const complete = (table: string, p: Projection): string =>
  [
    addPrimaryKey(table),
    ...createIndexes(table, p),
    `alter table ${relation(table)} reset (autovacuum_enabled)`,
    `analyze ${relation(table)}`,
    `update read._tables set complete = true where table_name = ${pg.escapeLiteral(table)}`,
  ].join(';')

export const dropView = (p: Projection): string => `drop view if exists ${relation(p.name)}`
export const createView = (table: string, p: Projection): string =>
  `create view ${relation(p.name)} as select ${names(p)} from ${relation(table)}`

/** Keeps other switches of this projection out until the transaction is over. */
export const lockTables = (p: Projection): string =>
  `select from read._tables where name = ${pg.escapeLiteral(p.name)} for update`

/** Lets the view read this table and drops the one before. */
export const activate = (table: string, p: Projection, before: string | null): string =>
  [
    dropView(p),
    createView(table, p),
    ...(before === null ? [] : [dropTable(before)]),
    `update read._tables set active = true where table_name = ${pg.escapeLiteral(table)}`,
  ].join(';')

/**
 * A view of today's columns over a table of another version: what that one does not have is null.
 * It serves readers while the new table is filled.
 */
export function createBridge(
  table: string,
  p: Projection,
  old: ReadonlyMap<string, string>,
): string {
  const today = columnsOf(p).map(([column, type]) =>
    old.get(column) === type ? quoted(column) : `null::${type} as ${quoted(column)}`,
  )
  return `create view ${relation(p.name)} as select ${today.join(', ')} from ${relation(table)}`
}

export const selectByKeys = (table: string, p: Projection): string =>
  `select ${names(p)} from ${relation(table)} where key = any($1)`

export const copyInto = (table: string, p: Projection): string =>
  `copy ${relation(table)} (${names(p)}) from stdin`

export function upsert(table: string, p: Projection): string {
  const columns = columnsOf(p)
  const arrays = columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')
  const sets = columns
    .filter(([column]) => column !== 'key')
    .map(([column]) => `${quoted(column)} = excluded.${quoted(column)}`)
  return (
    `insert into ${relation(table)} (${names(p)}) select * from unnest(${arrays}) ` +
    `on conflict (key) do update set ${sets.join(', ')}`
  )
}

export const deleteKeys = (table: string): string =>
  `delete from ${relation(table)} where key = any($1::text[])`

export const someKeys = (table: string, limit: number): string =>
  `select key from ${relation(table)} limit ${limit}`

export const keysCursor = (table: string): string =>
  `declare keys no scroll cursor for select key from ${relation(table)}`
