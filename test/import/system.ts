import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { graphql } from 'graphql'
import { onTestFinished } from 'vitest'
import type { ImportDeps } from '../../src/adapters/import/run.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createMemoryPersonNames } from '../../src/adapters/memory/person-names.ts'
import { createMemorySigningSecrets } from '../../src/adapters/memory/signing-secrets.ts'
import { createPostgresEventStore } from '../../src/adapters/postgres/event-store.ts'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { systemPrincipal } from '../../src/api/authorise.ts'
import { createContext } from '../../src/api/context.ts'
import { schema } from '../../src/api/schema.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { systemClock } from '../../src/commands/ports.ts'
import { createRecord } from '../../src/commands/record.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { createProjector } from '../../src/projections/projector.ts'
import { freshDatabase } from '../support/postgres.ts'

/** Far beyond what the slowest machine needs. */
const MAX_WAIT_MS = 50_000
const PAGE = 2_000

const importing = (store: EventStore) => ({
  store,
  execute: createExecute({ store, clock: systemClock }),
  record: createRecord({ store, clock: systemClock, observations: observationDefinitions }),
})

/** A log in memory to import into, and what is in it. */
export function memorySystem() {
  const store = createMemoryEventStore(systemClock, catalogue)
  const deps: ImportDeps = importing(store)
  return {
    deps,
    head: () => store.head(),
    facts: async (...types: readonly string[]): Promise<Recorded<any>[]> => {
      const facts: Recorded[] = []
      for (let from = 0; ;) {
        const page = await store.readAll({ from, limit: PAGE })
        facts.push(...page)
        if (page.length < PAGE) break
        from = page.at(-1)!.position
      }
      return facts.filter((fact) => types.length === 0 || types.includes(fact.type))
    },
  }
}

/** A whole Taktlog on a database of its own: log, read models and GraphQL as its clients see it. */
export async function importSystem() {
  const { connection, pool, drop } = await freshDatabase()
  const store = await createPostgresEventStore({ database: connection, catalogue })
  const projector = createProjector({ store, tables: createTables(connection), projections })
  const stopped = new AbortController()
  const running = projector.run(stopped.signal)
  const reads = createReadModels({ pool, store, projections, projector })
  const deps: ImportDeps & ReturnType<typeof importing> = importing(store)
  const services = {
    ...{ ...deps, reads, clock: systemClock, observations: observationDefinitions },
    names: createMemoryPersonNames(),
    secrets: createMemorySigningSecrets(),
  }
  const contextValue = () =>
    createContext({ ...services, onChange: () => () => {} }, systemPrincipal)

  return {
    deps,
    head: () => store.head(),
    async settled(): Promise<void> {
      if (!(await reads.waitFor(await store.head(), MAX_WAIT_MS)))
        throw new Error('the read models stay behind')
      await pool.query('analyze')
    },
    async ask(source: string): Promise<any> {
      const { data, errors } = await graphql({ schema, source, contextValue: contextValue() })
      if (errors) throw errors[0]
      return data
    },
    /** All nodes of a connection, page by page. @param query with `$page` where its arguments go */
    async all(name: string, where: string, fields: string): Promise<any[]> {
      const nodes: any[] = []
      for (let after = ''; ;) {
        const connection = (
          await this.ask(`{ ${name}(first: 500 ${after} ${where}) {
            nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`)
        )[name]
        nodes.push(...connection.nodes)
        if (!connection.pageInfo.hasNextPage) return nodes
        after = `after: "${connection.pageInfo.endCursor}"`
      }
    },
    async end(): Promise<void> {
      stopped.abort()
      await running
      await store.close()
      await drop()
    },
  }
}

/** Writes files into a folder that goes with the test. */
export function files(contents: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'taktlog-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return Object.entries(contents).map(([name, content]) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    return file
  })
}
