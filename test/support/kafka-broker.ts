import { execFile, spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { randomBytes } from 'node:crypto'
import { kafkaJars } from './kafka-jars.ts'
import { killHard } from './taktlog-process.ts'

const run = promisify(execFile)

/** A start takes two to four seconds on two cores, and much longer when everything else runs too. */
const MAX_START_MS = 90_000
const LOOK_MS = 50
/** A broker for some thousand messages; the first compiler only, for a life of a minute. */
const JVM = ['-Xmx256m', '-Xms64m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** A broker of one's own on loopback; plain data, so that it can be handed to other processes. */
export interface BrokerFolder {
  readonly folder: string
  readonly classpath: string
  readonly port: number
}

/** Formats a broker in a temporary folder. @returns why not, where java or mvn is missing */
export async function createBroker(): Promise<BrokerFolder | { readonly missing: string }> {
  const jars = await kafkaJars()
  if ('missing' in jars) return jars
  const folder = await mkdtemp(join(tmpdir(), 'taktlog-kafka-'))
  const [port, controller] = [await freePort(), await freePort()]
  await writeFile(join(folder, 'server.properties'), properties(folder, port, controller))
  // One in 64 begins with a dash: as an argument of its own it would be taken for an option.
  const id = randomBytes(16).toString('base64url')
  const format = [
    'kafka.tools.StorageTool',
    'format',
    `--cluster-id=${id}`,
    '-c',
    propertiesOf(folder),
  ]
  await run('java', [...JVM, '-cp', jars.classpath, ...format])
  return { folder, classpath: jars.classpath, port }
}

/** Starts it, the first time or again, and resolves when it takes connections. */
export async function startBroker({ folder, classpath, port }: BrokerFolder): Promise<void> {
  const log = await open(join(folder, 'broker.log'), 'a')
  const args = [...JVM, '-cp', classpath, 'kafka.Kafka', propertiesOf(folder)]
  const child = spawn('java', args, { stdio: ['ignore', log.fd, log.fd], detached: true })
  await log.close()
  child.unref()
  await writeFile(join(folder, 'pid'), String(child.pid))
  for (const end = Date.now() + MAX_START_MS; !(await answers(port));) {
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(await readFile(join(folder, 'broker.log'), 'utf8'))
    await delay(LOOK_MS)
  }
}

/** Kills it, as a power cut would. Its data stay. */
export async function killBroker({ folder, port }: BrokerFolder): Promise<void> {
  killHard(Number(await readFile(join(folder, 'pid'), 'utf8')))
  while (await answers(port)) await delay(LOOK_MS)
}

export async function removeBroker(broker: BrokerFolder): Promise<void> {
  await killBroker(broker)
  await rm(broker.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: LOOK_MS })
}

const propertiesOf = (folder: string): string => join(folder, 'server.properties')

/** One node that is broker and controller (KRaft), with one partition and replica of all there is. */
const properties = (folder: string, port: number, controller: number): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
controller.listener.names=CONTROLLER
log.dirs=${join(folder, 'data')}
num.partitions=2
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
