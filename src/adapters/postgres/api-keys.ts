import type pg from 'pg'
import type { ApiKey, ApiKeyStore } from '../../commands/api-keys.ts'

/** Two processes that start at once would both create the schema; drawn once at random. */
const LOCK = 5_118_320_774

const SCHEMA = `
create schema if not exists taktlog;
create table if not exists taktlog.api_keys (
  id text primary key,
  secret_hash text not null,
  name text not null,
  scopes text[] not null,
  sites text[],
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);`

const COLUMNS = `id, name, scopes, sites, created_at "createdAt", expires_at "expiresAt",
  revoked_at "revokedAt"`

/** API keys in schema `taktlog`, beside the log and the read models. Creates the table if needed. */
export async function createApiKeyStore(pool: pg.Pool): Promise<ApiKeyStore> {
  await migrate(pool)
  return {
    async insert({ id, name, scopes, sites, createdAt, expiresAt, revokedAt }, secretHash) {
      await pool.query(
        `insert into taktlog.api_keys
           (id, secret_hash, name, scopes, sites, created_at, expires_at, revoked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, secretHash, name, scopes, sites, createdAt, expiresAt, revokedAt],
      )
    },
    async find(id) {
      const { rows } = await pool.query<ApiKey & { secretHash: string }>({
        name: 'api_key_find',
        text: `select ${COLUMNS}, secret_hash "secretHash" from taktlog.api_keys where id = $1`,
        values: [id],
      })
      if (!rows[0]) return null
      const { secretHash, ...key } = rows[0]
      return { key, secretHash }
    },
    async list() {
      const { rows } = await pool.query<ApiKey>(
        `select ${COLUMNS} from taktlog.api_keys order by created_at, id`,
      )
      return rows
    },
    async revoke(id, at) {
      const { rowCount } = await pool.query(
        'update taktlog.api_keys set revoked_at = $2 where id = $1 and revoked_at is null',
        [id, at],
      )
      return rowCount === 1
    },
  }
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`begin; select pg_advisory_xact_lock(${LOCK}); ${SCHEMA} commit`)
  } finally {
    client.release()
  }
}
