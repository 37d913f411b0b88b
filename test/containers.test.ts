import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { counters, gauges, histograms } from '../src/commands/metrics.ts'
import { readConfig, settings } from '../src/config.ts'

const root = resolve(import.meta.dirname, '..')
const FILES = ['docker-compose.yml', 'docker-compose.small.yml']

interface Service {
  readonly image?: string
  readonly build?: unknown
  readonly healthcheck?: object
  readonly mem_limit?: string
  readonly cpus?: number
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}
type Services = Readonly<Record<string, Service>>

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const servicesOf = (file: string): Services => parse(read(file), { merge: true }).services
const PINNED = /(:v?\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$/
const SECRET = /\$\{\w+(:?[-?][^}]*)?\}/g

/** What a service lacks, in sentences. */
const faultsOf = (services: Services): string[] =>
  Object.entries(services).flatMap(([name, s]) => [
    ...(s.build || PINNED.test(s.image ?? '') ? [] : [`${name}: ${s.image} is not pinned`]),
    ...(s.healthcheck || s.build ? [] : [`${name} has no health check`]),
    ...(s.mem_limit && s.cpus ? [] : [`${name} has no limits`]),
    ...(s.ports ?? [])
      .filter((port) => !port.startsWith('127.0.0.1:'))
      .map((port) => `${name}: ${port} is open to the network`),
    ...Object.entries(s.environment ?? {}).flatMap(([variable, value]) =>
      /PASSWORD|SECRET|TOKEN/.test(variable) && !/^\$\{\w+:\?/.test(value)
        ? [`${name}: ${variable} does not come from the environment`]
        : [...value.matchAll(SECRET)]
            .filter(([, rule]) => !rule?.startsWith(':?'))
            .map(([text]) => `${name}: ${text} may be left out`),
    ),
  ])

test.each(FILES)('%s: images are pinned, limits and health checks set, secrets given', (file) => {
  expect(faultsOf(servicesOf(file))).toEqual([])
})

test('what is wrong would be found', () => {
  const bad = {
    image: 'redis:latest',
    ports: ['6379:6379'],
    environment: { PASSWORD: 'x', URL: 'redis://${USER:-root}@redis' },
  }
  expect(faultsOf({ bad })).toEqual([
    'bad: redis:latest is not pinned',
    'bad has no health check',
    'bad has no limits',
    'bad: 6379:6379 is open to the network',
    'bad: PASSWORD does not come from the environment',
    'bad: ${USER:-root} may be left out',
  ])
})

test.each(FILES)('%s: Taktlog takes the settings it is given', (file) => {
  const known = new Set(Object.values(settings).map(({ variable }) => variable))
  for (const [name, { build, environment = {} }] of Object.entries(servicesOf(file))) {
    if (!build) continue
    const given = Object.entries(environment).map(([k, v]) => [k, v.replace(SECRET, 'secret')])
    for (const [variable] of given) expect(known, `${name}: ${variable}`).toContain(variable)
    expect(readConfig(Object.fromEntries(given)).roles).not.toEqual([])
  }
})

test('Prometheus scrapes every process, and the dashboard shows series there are', () => {
  const [{ static_configs: scraped }] = parse(
    read('deploy/prometheus/prometheus.yml'),
  ).scrape_configs
  const processes = Object.entries(servicesOf(FILES[0]!)).filter(([, { build }]) => build)
  expect(scraped[0].targets.toSorted()).toEqual(
    processes.map(([name]) => `${name}:9464`).toSorted(),
  )
  const { panels } = JSON.parse(read('deploy/grafana/dashboards/taktlog.json'))
  const used = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.flatMap(({ expr }) => expr.match(/taktlog_\w+/g) ?? []),
  )
  const series = new Set([
    ...Object.keys({ ...counters, ...gauges }),
    ...Object.keys(histograms).map((name) => `${name}_bucket`),
  ])
  expect(used.filter((name: string) => !series.has(name))).toEqual([])
  expect(used.length).toBeGreaterThan(15)
})

const compose = [['docker', 'compose'], ['docker-compose']].find(
  ([program, ...args]) => spawnSync(program!, [...args, 'version']).status === 0,
)
if (!compose) console.log('no docker compose here: its check of the compose files is skipped')

test.skipIf(!compose).each(FILES)(
  'docker compose understands %s, and wants its secrets',
  (file) => {
    const [program, ...args] = compose!
    const run = (env: Readonly<Record<string, string>>) =>
      execFileSync(program!, [...args, '--file', join(root, file), 'config'], {
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
        encoding: 'utf8',
        stdio: 'pipe',
      })
    const names = read(file).matchAll(/\$\{(\w+)/g)
    const secrets = Object.fromEntries([...names].map(([, name]) => [name!, 'secret']))
    expect(parse(run(secrets)).services).toHaveProperty('postgres')
    expect(() => run({})).toThrow('choose a password')
  },
)
