/**
 * Apache Kafka from Maven Central, as jars in the local repository of Maven: `node
 * test/support/kafka-jars.ts` fetches them, tests use what is there.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const VERSION = process.env['TAKTLOG_TEST_KAFKA_VERSION'] ?? '4.3.1'
/** A first download of 40 MB over a slow line. */
const MAX_FETCH_MS = 300_000
const MAX_LOOK_MS = 10_000
const OLDEST_JAVA = 17

/** The class path of a broker, or why there is none. */
export type Jars = { readonly classpath: string } | { readonly missing: string }

export async function kafkaJars(): Promise<Jars> {
  const java = await javaVersion()
  if (java === null) return { missing: 'there is no java' }
  if (java < OLDEST_JAVA) return { missing: `java ${java} is older than ${OLDEST_JAVA}` }
  const folder = join(tmpdir(), `taktlog-kafka-${VERSION}`)
  const known = await readFile(join(folder, 'classpath'), 'utf8').catch(() => '')
  if (known && known.split(delimiter).every((jar) => existsSync(jar))) return { classpath: known }
  try {
    return { classpath: await resolve(folder) }
  } catch (error) {
    const { code, stdout, message } = error as { code?: string; stdout?: string; message: string }
    const why = stdout?.split('\n').find((line) => line.includes('ERROR')) ?? message
    return { missing: code === 'ENOENT' ? 'there is no mvn' : `mvn: ${why}` }
  }
}

async function resolve(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const pom = join(folder, `${process.pid}.pom.xml`)
  const output = join(folder, `${process.pid}.classpath`)
  await writeFile(pom, POM)
  const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${output}`]
  await run('mvn', ['--batch-mode', '--quiet', '--file', pom, ...goal], { timeout: MAX_FETCH_MS })
  const file = join(folder, 'classpath')
  await rename(output, file)
  return readFile(file, 'utf8')
}

async function javaVersion(): Promise<number | null> {
  try {
    const { stderr } = await run('java', ['-version'], { timeout: MAX_LOOK_MS })
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
  } catch {
    return null
  }
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>taktlog</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`

if (import.meta.main) {
  const jars = await kafkaJars()
  console.log('missing' in jars ? `no Kafka: ${jars.missing}` : `Apache Kafka ${VERSION} is there`)
}
