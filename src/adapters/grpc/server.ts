import type { Server, UntypedServiceImplementation } from '@grpc/grpc-js'
import { append, deleteStream, tombstoneStream } from './append.ts'
import { batchAppend } from './batch-append.ts'
import { gossip, supportedMethods } from './cluster.ts'
import { loadDefinitions, type Definitions } from './definitions.ts'
import { persistentSubscriptions } from './groups/manage.ts'
import { followLifetimes } from './lifetimes.ts'
import { read } from './read.ts'
import { createScans } from './scans.ts'
import type { Deps, Service } from './service.ts'

/** An append of 1 MiB travels with its envelope; the client's batches are of 3 MiB at most. */
const MAX_MESSAGE = 4 * 1024 * 1024
/** How long calls under way are waited for when the server closes. */
const CLOSE_MS = 1_000

export interface GrpcOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Certificate chain and key in PEM; without, connections are not encrypted. */
  readonly tls: { readonly certificate: Buffer; readonly key: Buffer } | null
}

export interface GrpcServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves the EventStoreDB protocol over a log. Any client of EventStoreDB or KurrentDB can read it and
 * subscribe, and write to the categories that are opened to it.
 * @throws Error where the address cannot be listened on, or the optional packages are not installed
 */
export async function startGrpc(deps: Deps, options: GrpcOptions): Promise<GrpcServer> {
  const d = loadDefinitions()
  const closing = new AbortController()
  const lifetimes = await followLifetimes(deps.store, closing.signal, deps.onError)
  const scans = createScans()
  const service: Service = { ...deps, d, lifetimes, scans, closing: closing.signal }
  const groups = await persistentSubscriptions(service)
  const server = new d.grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
  })
  let port = 0
  register(server, service, () => port)
  server.addService(d.services.persistent, groups.methods)
  try {
    port = await bind(d, server, options)
  } catch (error) {
    closing.abort()
    throw error
  }
  return {
    port,
    async close() {
      await groups.close()
      closing.abort()
      await shutDown(server)
    },
  }
}

function register(server: Server, service: Service, port: () => number): void {
  const { services } = service.d
  const add = (definition: unknown, methods: object) =>
    server.addService(definition as never, methods as UntypedServiceImplementation)
  add(services.streams, {
    read: read(service),
    append: append(service),
    batchAppend: batchAppend(service),
    delete: deleteStream(service),
    tombstone: tombstoneStream(service),
  })
  add(services.features, {
    getSupportedMethods: supportedMethods(service),
  })
  add(services.gossip, { read: gossip(service, port) })
}

function bind(d: Definitions, server: Server, { host, port, tls }: GrpcOptions): Promise<number> {
  const { ServerCredentials } = d.grpc
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])
    : ServerCredentials.createInsecure()
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })
}

const shutDown = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, CLOSE_MS)
    server.tryShutdown(() => {
      clearTimeout(force)
      resolve()
    })
  })
