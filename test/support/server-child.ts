/** A Taktlog that starts its PostgreSQL, says so, and waits to be killed. */
import { startPostgres } from '../../src/adapters/postgres/server.ts'

const server = await startPostgres({ dataFolder: process.argv[2]! })
console.log(server.pid)
setInterval(() => {}, 60_000)
