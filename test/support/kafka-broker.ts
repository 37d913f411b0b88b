import { execFile, spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { randomBytes } from 'node:crypto'
import { makeCertificates } from './certificates.ts'
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
  /** Its listener with TLS for those who say who they are; null where openssl is missing. */
  readonly secure: Secure | null
}

export interface Secure {
  readonly port: number
  /** Where `ca.pem` is, that of the authority, and `other.pem`, that of another. */
  readonly certificates: string
}

/** Who may connect to the secure listener, by PLAIN and SCRAM-SHA-512. */
export const KAFKA_USER = { name: 'plant', password: 'tick-tock' }

/** Formats a broker in a temporary folder. @returns why not, where java or mvn is missing */
export async function createBroker(): Promise<BrokerFolder | { readonly missing: string }> {
  const jars = await kafkaJars()
  if ('missing' in jars) return jars
  const folder = await mkdtemp(join(tmpdir(), 'taktlog-kafka-'))
  const [port, controller] = [await freePort(), await freePort()]
  const certificates = makeCertificates()
  const secure = certificates === null ? null : { port: await freePort(), certificates }
  const settings =
    properties(folder, controller) + (await listeners(folder, { port, controller }, secure))
  await writeFile(propertiesOf(folder), settings)
  // One in 64 begins with a dash: as an argument of its own it would be taken for an option.
  const id = randomBytes(16).toString('base64url')
  const format = [
    'kafka.tools.StorageTool',
    'format',
    `--cluster-id=${id}`,
    '-c',
    propertiesOf(folder),
    `--add-scram=SCRAM-SHA-512=[name=${KAFKA_USER.name},password=${KAFKA_USER.password}]`,
  ]
  await run('java', [...JVM, '-cp', jars.classpath, ...format])
  return { folder, classpath: jars.classpath, port, secure }
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
  for (const folder of [broker.folder, broker.secure?.certificates])
    if (folder)
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: LOOK_MS })
}

const propertiesOf = (folder: string): string => join(folder, 'server.properties')

/** One node that is broker and controller (KRaft), with one partition and replica of all there is. */
const properties = (folder: string, controller: number): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
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
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
`

/** The listeners, with one for TLS and SASL where there are certificates. */
async function listeners(
  folder: string,
  ports: { readonly port: number; readonly controller: number },
  secure: Secure | null,
): Promise<string> {
  const open = `PLAINTEXT://127.0.0.1:${ports.port},CONTROLLER://127.0.0.1:${ports.controller}`
  if (!secure) return `listeners=${open}\n`
  const pem = await Promise.all(
    ['key.pem', 'cert.pem'].map((file) => readFile(join(secure.certificates, file), 'utf8')),
  )
  await writeFile(join(folder, 'keystore.pem'), pem.join(''))
  const { name, password } = KAFKA_USER
  const jaas = 'org.apache.kafka.common.security'
  return `
listeners=${open},SECURE://127.0.0.1:${secure.port}
ssl.keystore.type=PEM
ssl.keystore.location=${join(folder, 'keystore.pem')}
listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.secure.plain.sasl.jaas.config=${jaas}.plain.PlainLoginModule required user_${name}="${password}";
listener.name.secure.scram-sha-512.sasl.jaas.config=${jaas}.scram.ScramLoginModule required;
`
}

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
