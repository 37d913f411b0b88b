import { readConfig } from '../../src/config.ts'
import { createLogger, startSystem, type System } from '../../src/system.ts'
import { databaseUrlOf, freshDatabase } from '../support/postgres.ts'
import { fill } from './plant-facts.ts'

/** A whole Taktlog on a real PostgreSQL, asked over HTTP, with the small site of `fill` and a plan in force. */
export async function livePlant() {
  const { connection, drop } = await freshDatabase()
  const databaseUrl = databaseUrlOf(connection)
  const start = (roles: string): Promise<System> => {
    const config = readConfig({}, { databaseUrl, roles, port: 0, logLevel: 'error' })
    return startSystem(config, createLogger(config))
  }
  const system = await start('api,projector')
  let sent = 0
  const ask = async (query: string, at: System = system): Promise<any> => {
    const response = await fetch(`${at.api!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = (await response.json()) as { data: any; errors?: object[] }
    if (errors) throw Object.assign(new Error(JSON.stringify(errors)), { errors })
    return data
  }
  /** Sends a command that has to be granted. */
  const mutate = async (field: string, args: string, at: System = system) => {
    const { [field]: answer } = await ask(
      `mutation { ${field}(commandId: "live-${++sent}", site: "S1", ${args}) {
        __typename ... on Ack { stream position } ... on Rejected { code message }
        ... on InvalidInput { message } } }`,
      at,
    )
    if (answer.__typename !== 'Ack') throw new Error(`${field}: ${JSON.stringify(answer)}`)
    return answer
  }
  const settled = async (): Promise<void> => {
    if (!(await system.reads.waitFor(await system.store.head(), 30_000)))
      throw new Error('the read models stay behind')
  }
  /** Waits until a plan has its proposals. */
  const proposed = async (planId: string): Promise<any> => {
    for (;;) {
      const { plan } = await ask(
        `{ plan(planId: "${planId}") { status cause proposals { variant } } }`,
      )
      if (plan?.status === 'FAILED') throw new Error(`${planId} failed`)
      if (plan?.proposals.some(({ variant }: any) => variant === 'IMPROVED')) return plan
      await system.reads.waitFor((await system.store.head()) + 1, 100)
    }
  }
  await fill({ execute: system.execute, record: system.services.record })
  const { stream } = await mutate('requestPlan', 'iterations: 50')
  const first = stream.slice('plan-'.length)
  await proposed(first)
  await mutate('acceptPlan', `input: { planId: "${first}" }`)
  await settled()
  return {
    ...{ system, start, ask, mutate, proposed, settled },
    async end() {
      await system.close()
      await drop()
    },
  }
}
