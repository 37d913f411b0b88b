/** `node bench/grpc-child.ts DATA`: serves the log of a folder over gRPC, and tells its parent the port. */
import { startSystem, createLogger } from '../src/system.ts'
import { configOf } from './support.ts'

const config = configOf(process.argv[2]!, {
  TAKTLOG_ROLES: 'api',
  TAKTLOG_PORT: '0',
  TAKTLOG_GRPC_PORT: '0',
  TAKTLOG_GRPC_WRITE: '*',
})
const system = await startSystem(config, createLogger(config))
process.on('message', () => void system.close().then(() => process.exit()))
process.send!(system.grpc!.port)
