/**
 * How the embedded PostgreSQL differs from its defaults: sized for a box that it shares with Taktlog
 * itself (2 cores, 2 GB). Durability stays on: a commit is on the disk before it is acknowledged.
 */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  // No replica reads this log: `minimal` lets COPY into a table made in the same transaction skip it.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  // Bounds what a start after a crash has to replay: 1 to 2 s in the midst of a bulk load.
  max_wal_size: '512MB',
  synchronous_commit: 'on',
  random_page_cost: '1.1',
  // Compiling costs more than the queries here take.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  // Constraint violations and the like reach the client, who reports them.
  log_min_error_statement: 'fatal',
  log_checkpoints: 'off',
  logging_collector: 'off',
  cluster_name: 'taktlog',
}

/**
 * A page of the log is built in buffers of a megabyte. By default glibc takes each from the kernel and
 * gives it back, and clearing those pages anew was a third of what reading cost the server (615 against
 * 400 ms of CPU for 200,000 events). Kept instead: at most 16 MB a session.
 */
export const SERVER_ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(8 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(16 * 1024 * 1024),
  MALLOC_TOP_PAD_: String(1024 * 1024),
}
