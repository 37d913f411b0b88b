import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Inner layers know nothing of outer ones; `main.ts` and `config.ts` tie them. */
const mayImport: Record<string, readonly string[]> = {
  domain: ['domain'],
  commands: ['domain', 'commands'],
  projections: ['domain', 'commands', 'projections'],
  api: ['domain', 'commands', 'projections', 'api'],
  adapters: ['domain', 'commands', 'projections', 'adapters'],
}
/** What a layer may take from the commands layer when it stands beside it: the port of the log. */
const PORT_OF_THE_LOG = 'commands/event-store.ts'
/** What the domain may import: a schema library, and a parser of expressions that evaluates nothing. */
const PURE_LIBRARIES = ['zod', 'jsep']
const MAX_LINES = 300
/** Contexts whose folders must not look into each other but for the published events. */
const IMPURE = /Date\.now|new Date\(\)|Math\.random|performance\.|process\.|setTimeout|from 'node:/

interface File {
  readonly path: string
  readonly text: string
}

/** Everything untidy about one file, as sentences. */
function faults({ path, text }: File): string[] {
  const [layer, context] = path.split('/') as [string, string]
  const found: string[] = []
  const allowed = mayImport[layer]
  for (const [, target] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
    const to = relative('.', join(dirname(path), target!))
    const [toLayer, toContext] = to.split('/') as [string, string]
    if (!allowed) continue
    if (!allowed.includes(toLayer))
      found.push(`${path} imports ${to}: ${layer} must not know ${toLayer}`)
    if (layer === 'projections' && toLayer === 'commands' && to !== PORT_OF_THE_LOG)
      found.push(`${path} imports ${to}: projections know only the port of the log`)
    const crosses = layer === 'domain' && isContext(context, path) && isContext(toContext, to)
    if (crosses && context !== toContext && !to.endsWith('/events.ts'))
      found.push(`${path} imports ${to}: contexts share only their events.ts`)
  }
  if (layer === 'domain') {
    if (IMPURE.test(text))
      found.push(`${path} has a clock, chance or I/O: ${IMPURE.exec(text)![0]}`)
    for (const [, target] of text.matchAll(/from '([^.'][^']*)'/g))
      if (!PURE_LIBRARIES.includes(target!))
        found.push(`${path} imports ${target}: the domain imports zod and itself`)
  }
  const lines = text.split('\n')
  if (lines.length > MAX_LINES)
    found.push(`${path} has ${lines.length} lines, more than ${MAX_LINES}`)
  if (/^\s*(?:export )?(?:const )?(?:enum|namespace) /m.test(text))
    found.push(`${path}: enum or namespace`)
  return found
}
const isContext = (folder: string, path: string) =>
  path.split('/').length > 2 && !folder.endsWith('.ts')

const sources = (folder: string): File[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))

describe('every source file is tidy', () => {
  test.each(sources('src').map((file) => [file.path, file] as const))('%s', (_, file) =>
    expect(faults(file)).toEqual([]),
  )
})

describe('tests and benchmarks stay readable too', () => {
  const files = ['test', 'bench'].flatMap((folder) =>
    sources(folder).map((f) => [`${folder}/${f.path}`, f] as const),
  )
  test.each(files)('%s', (_, { text }) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(MAX_LINES)
  })
})

describe('a violation is found', () => {
  const planted = (path: string, text: string) => faults({ path, text })
  test.each([
    ['domain/production/x.ts', "import { a } from '../../commands/execute.ts'"],
    ['domain/production/x.ts', "import { a } from '../material/lot.ts'"],
    ['domain/production/x.ts', 'const now = Date.now()'],
    ['domain/production/x.ts', "import pg from 'pg'"],
    ['projections/kpi/x.ts', "import { a } from '../../commands/execute.ts'"],
    ['commands/x.ts', "import { a } from '../adapters/memory/event-store.ts'"],
    ['api/x.ts', "import { a } from '../adapters/postgres/pool.ts'"],
    ['api/x.ts', 'enum Colour { Red }'],
    ['api/x.ts', '\n'.repeat(MAX_LINES + 1)],
  ])('%s: %s', (path, text) => expect(planted(path, text)).toHaveLength(1))
  test('and tidy code is left alone', () =>
    expect(
      planted('domain/production/x.ts', "import { b } from '../material/events.ts'\nconst a = 1"),
    ).toEqual([]))
})
