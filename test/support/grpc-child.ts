/**
 * Serves a log in memory on a port that it tells its parent. In a process of its own, because the
 * generated messages of the two client packages overwrite each other's global names.
 */
import { serveGrpc } from './grpc.ts'

const { port } = await serveGrpc()
process.send!(port)
process.on('disconnect', () => process.exit())
