#!/usr/bin/env bash
# Copies the server into an empty volume, then follows it as a hot standby.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Made aside: a copy that was cut short is begun again.
  rm -rf "$PGDATA" "$PGDATA.new"
  mkdir -p "$PGDATA.new"
  PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --host postgres --username replica \
    --pgdata "$PGDATA.new" --wal-method stream --slot replica --write-recovery-conf
  chmod 0700 "$PGDATA.new"
  mv "$PGDATA.new" "$PGDATA"
fi
exec docker-entrypoint.sh "$@"
