import {
  cpSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, type EmbeddedPostgres } from '../../src/adapters/postgres/server.ts'

/** What a server needs so that others can follow it. */
export const PRIMARY_SETTINGS = { wal_level: 'replica', max_wal_senders: '4' }

/** A hot standby that streams from the server, made from a base backup of it into a folder of its own. */
export async function startStandby(
  primary: EmbeddedPostgres,
  primaryFolder: string,
  dataFolder: string,
): Promise<EmbeddedPostgres> {
  const source = join(primaryFolder, 'postgres')
  const copy = join(dataFolder, 'postgres')
  mkdirSync(dataFolder, { recursive: true })
  const client = new pg.Client({ ...primary.connection })
  client.on('error', () => {})
  await client.connect()
  await client.query(`select pg_backup_start('standby', true)`)
  // What is written meanwhile the standby finds in the log of the server.
  cpSync(source, copy, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') })
  const { rows } = await client.query<{ labelfile: string }>(
    'select labelfile from pg_backup_stop(false)',
  )
  await client.end()
  writeFileSync(join(copy, 'backup_label'), rows[0]!.labelfile)
  writeFileSync(join(copy, 'standby.signal'), '')
  const { uid, gid } = lstatSync(source)
  for (const name of ['.', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })])
    chownSync(join(copy, name), uid, gid)
  rmSync(join(copy, 'postmaster.opts'), { force: true })
  const { host, user } = primary.connection
  return startPostgres({
    dataFolder,
    settings: { ...PRIMARY_SETTINGS, primary_conninfo: `host=${host} user=${user}` },
  })
}
