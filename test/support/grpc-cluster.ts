import { once } from 'node:events'
import type { ServerDuplexStream, ServiceDefinition, ServiceError } from '@grpc/grpc-js'
import { loadDefinitions } from '../../src/adapters/grpc/definitions.ts'

/** How long an election takes here: nobody leads meanwhile. */
const ELECTION_MS = 700

const d = loadDefinitions()
const { grpc } = d

/** What a node does with messages it does not look into. */
const bytes = (value: Buffer): Buffer => value

export interface Cluster {
  /** `host:port` of each node, as a connection string lists them. */
  readonly hosts: string
  /** Kills the leader in the middle of whatever it does; another is elected some time later. */
  killLeader(): Promise<void>
  /** Calls that were sent on a node that did not lead. */
  refused(): number
  close(): Promise<void>
}

/**
 * Nodes that share the log of one server, as followers have what their leader wrote: each speaks the
 * gossip of a cluster, and answers what only a leader may with where the leader is. Streams of bytes
 * are handed on as they are, so a killed node leaves appends that were written and never answered.
 */
export async function startCluster(backend: number, size: number): Promise<Cluster> {
  let leader = 0
  let refused = 0
  const nodes: readonly Node[] = await Promise.all(
    Array.from({ length: size }, (_, index) =>
      startNode(backend, {
        members: () => ({ ports: nodes.map(({ port }) => port), leader }),
        isLeader: () => index === leader,
        onRefusal: () => refused++,
      }),
    ),
  )
  return {
    hosts: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    async killLeader() {
      const dead = leader
      nodes[dead]!.kill()
      // Those that are left go on saying for a while what they said before.
      await new Promise((resolve) => setTimeout(resolve, ELECTION_MS))
      leader = (dead + 1) % size
    },
    refused: () => refused,
    close: async () => nodes.forEach((node) => node.kill()),
  }
}

interface Role {
  readonly members: () => { readonly ports: readonly number[]; readonly leader: number }
  readonly isLeader: () => boolean
  readonly onRefusal: () => void
}

interface Node {
  readonly port: number
  kill(): void
}

async function startNode(backend: number, role: Role): Promise<Node> {
  const server = new grpc.Server()
  const client = new grpc.Client(`127.0.0.1:${backend}`, grpc.credentials.createInsecure())
  for (const service of [d.services.streams, d.services.features])
    server.addService(raw(service), handlers(client, service, role))
  server.addService(d.services.gossip, {
    read: (_: unknown, answer: (error: null, info: unknown) => void) => answer(null, told(role)),
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return {
    port,
    kill() {
      server.forceShutdown()
      client.close()
    },
  }
}

function told({ members }: Role) {
  const { gossip: g, shared } = d
  const { ports, leader } = members()
  const { LEADER, FOLLOWER } = g.MemberInfo.VNodeState
  const list = ports.map((port, i) =>
    new g.MemberInfo()
      .setInstanceId(new shared.UUID().setString(`00000000-0000-4000-8000-00000000000${i}`))
      .setState(i === leader ? LEADER : FOLLOWER)
      .setIsAlive(true)
      .setHttpEndPoint(new g.EndPoint().setAddress('127.0.0.1').setPort(port)),
  )
  return new g.ClusterInfo().setMembersList(list)
}

const raw = (service: ServiceDefinition): ServiceDefinition =>
  Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      {
        ...method,
        ...{ requestSerialize: bytes, requestDeserialize: bytes },
        ...{ responseSerialize: bytes, responseDeserialize: bytes },
      },
    ]),
  )

/** Of every kind; `request` where the client sends one message only. */
type Call = ServerDuplexStream<Buffer, Buffer> & { readonly request?: unknown }

/** Every method handed on to the server behind, whatever its kind, as a stream of bytes both ways. */
function handlers(client: InstanceType<typeof grpc.Client>, service: object, role: Role) {
  const methods = Object.entries(service as ServiceDefinition)
  return Object.fromEntries(
    methods.map(([name, { path, requestStream, responseStream }]) => [
      name,
      (call: Call, answer?: (error: ServiceError | null, value?: Buffer) => void) => {
        const wants = call.metadata.get('requires-leader')[0] === 'true'
        const fail = (error: unknown) =>
          answer ? answer(error as ServiceError) : call.emit('error', error)
        if (wants && !role.isLeader()) {
          role.onRefusal()
          fail(notLeader(role))
          return
        }
        const behind = client.makeBidiStreamRequest(path, bytes, bytes, new grpc.Metadata())
        behind.on('error', fail)
        call.on('cancelled', () => behind.cancel())
        if (requestStream) call.on('data', (part: Buffer) => behind.write(part))
        else behind.write(call.request as Buffer)
        if (requestStream) call.on('end', () => behind.end())
        else behind.end()
        if (responseStream) behind.on('data', (part: Buffer) => call.write(part))
        else
          void once(behind, 'data').then(
            ([value]) => answer!(null, value as Buffer),
            () => {},
          )
        behind.on('end', () => responseStream && call.end())
      },
    ]),
  )
}

function notLeader({ members }: Role) {
  const { ports, leader } = members()
  const metadata = new grpc.Metadata()
  metadata.set('exception', 'not-leader')
  metadata.set('leader-endpoint-host', '127.0.0.1')
  metadata.set('leader-endpoint-port', String(ports[leader]))
  return { code: grpc.status.NOT_FOUND, details: 'Leader info available', metadata }
}
