import type pg from 'pg'

/** Advisory lock of whoever creates the schema, drawn once at random. */
const LOCK = 5_320_779_164

/**
 * The tree beside the log, in schema `merkle`: tiles of C2SP tlog-tiles (the last one of a level is
 * partial and grows in place), how many events they hold, and every checkpoint ever signed. Of a log
 * elsewhere also where in it the tree ends, and each full tile of leaves.
 */
const TABLES = `
create schema if not exists merkle;
create table if not exists merkle.tree (
  one boolean primary key default true check (one),
  size bigint not null
) with (fillfactor = 10);
insert into merkle.tree values (true, 0) on conflict do nothing;
create table if not exists merkle.tiles (
  level integer not null,
  index bigint not null,
  hashes bytea not null,
  primary key (level, index)
);
-- Hashes do not compress; trying costs more than a third of a write.
alter table merkle.tiles alter column hashes set storage external;
create table if not exists merkle.places (
  size bigint primary key,
  position bigint not null unique
);
create table if not exists merkle.checkpoints (
  size bigint not null,
  note text not null,
  verifier text not null,
  signed_at timestamptz not null default now(),
  primary key (size, verifier)
);`

/** Safe to call from several processes at once. */
export async function ensureTree(pool: pg.Pool): Promise<void> {
  // One simple query is one transaction, so the lock is held until the tables are there.
  await pool.query(`select pg_advisory_xact_lock(${LOCK}); ${TABLES}`)
}
