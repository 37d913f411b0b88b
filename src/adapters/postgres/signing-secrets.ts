import type pg from 'pg'
import {
  SECRET_COST,
  type KeptSecret,
  type SigningSecrets,
  type SigningSession,
} from '../../commands/signing/secrets.ts'

/** Advisory lock of whoever creates the tables, drawn once at random. */
const LOCK = 3_904_417_265

/** Hashes of signing secrets and open sessions in schema `taktlog`. Creates the tables if needed. */
export async function createSigningSecrets(
  pool: pg.Pool,
  cost = SECRET_COST,
): Promise<SigningSecrets> {
  // One simple query is one transaction, so the lock is held until the tables are there.
  await pool.query(`
    select pg_advisory_xact_lock(${LOCK});
    create schema if not exists taktlog;
    create table if not exists taktlog.signing_secrets (
      person_id text not null,
      secret_id text not null,
      hash text not null,
      primary key (person_id, secret_id)
    );
    create table if not exists taktlog.signing_sessions (
      token_hash text primary key,
      person_id text not null,
      secret_id text not null,
      actor text not null,
      expires_at timestamptz not null
    );
    create index if not exists signing_sessions_person on taktlog.signing_sessions (person_id)`)
  return {
    cost,
    async put({ personId, secretId, hash }) {
      await pool.query(
        `insert into taktlog.signing_secrets (person_id, secret_id, hash) values ($1, $2, $3)
         on conflict do nothing`,
        [personId, secretId, hash],
      )
    },
    async find(personId, secretId) {
      const { rows } = await pool.query<KeptSecret>(
        `select person_id "personId", secret_id "secretId", hash from taktlog.signing_secrets
         where person_id = $1 and secret_id = $2`,
        [personId, secretId],
      )
      return rows[0] ?? null
    },
    async erase(personId, but) {
      for (const table of ['signing_secrets', 'signing_sessions'])
        await pool.query(
          `delete from taktlog.${table}
           where person_id = $1 and ($2::text is null or secret_id <> $2)`,
          [personId, but],
        )
    },
    async keep({ tokenHash, personId, secretId, actor, expiresAt }) {
      // Who opens one clears away what has ended.
      await pool.query(
        `with ended as (delete from taktlog.signing_sessions where expires_at < now() - interval '1 day')
         insert into taktlog.signing_sessions (token_hash, person_id, secret_id, actor, expires_at)
         values ($1, $2, $3, $4, $5)
         on conflict (token_hash) do update set expires_at = excluded.expires_at`,
        [tokenHash, personId, secretId, actor, expiresAt],
      )
    },
    async session(tokenHash) {
      const { rows } = await pool.query<SigningSession>(
        `select token_hash "tokenHash", person_id "personId", secret_id "secretId", actor,
           expires_at "expiresAt"
         from taktlog.signing_sessions where token_hash = $1`,
        [tokenHash],
      )
      return rows[0] ?? null
    },
  }
}
