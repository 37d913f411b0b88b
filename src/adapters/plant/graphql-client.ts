import { setTimeout as sleep } from 'node:timers/promises'
import { createPost } from './http-post.ts'
import { SITE } from './layout.ts'
import type { Observed, Wish } from './actions.ts'
import type { Failure, Port } from './player.ts'

/** Who reports the observations of this plant. */
const SOURCE = 'simulated-plant'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A request that takes longer is given up and sent again: the same command id changes nothing twice. */
const TIMEOUT_MS = 20_000
/** What passes by itself. */
const PASSING: ReadonlySet<string> = new Set(['StoreUnavailable', 'RateLimited', 'RequestTimeout'])

interface Answer {
  readonly data?: Readonly<Record<string, any>> | null
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[]
}

export interface GraphqlClient extends Port {
  readonly ask: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ) => Promise<Readonly<Record<string, any>>>
  /** Says who a person is; outside the log, so it is no command. */
  readonly introduce: (name: {
    readonly personId: string
    readonly name: string
  }) => Promise<unknown>
}

/**
 * Talks to Taktlog as any client does. A lost connection is retried until the signal aborts.
 * @param url of the GraphQL endpoint, e.g. `http://127.0.0.1:4000/graphql`
 * @param lost is told once each time the connection is lost
 */
export function createGraphqlClient(
  url: string,
  signal: AbortSignal,
  lost: (why: string) => void,
): GraphqlClient {
  const transmit = createPost(url, signal, TIMEOUT_MS)
  const once = async (body: string): Promise<Answer | string> => {
    try {
      const reply = await transmit(body)
      if (reply.status === 429 || reply.status >= 500) return `HTTP ${reply.status}`
      const answer = JSON.parse(reply.body) as Answer
      const code = answer.errors?.[0]?.extensions?.code
      return code !== undefined && PASSING.has(code) ? code : answer
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  const post = async (query: string, variables: unknown): Promise<Answer> => {
    const body = JSON.stringify({ query, variables })
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted()
      const answer = await once(body)
      if (typeof answer !== 'string') return answer
      signal.throwIfAborted()
      if (pause === FIRST_PAUSE_MS) lost(answer)
      await sleep(pause, undefined, { signal })
    }
  }

  const client: GraphqlClient = {
    async ask(query, variables = {}) {
      const { data, errors } = await post(query, variables)
      if (errors || !data) throw new Error(errors?.map((e) => e.message).join('; ') ?? 'no data')
      return data
    },
    introduce: (input) =>
      client.ask(
        `mutation ($site: ID!, $input: SetPersonNameInput!) {
          result: setPersonName(site: $site, input: $input) { __typename ${REFUSALS} }
        }`,
        { site: SITE, input },
      ),
    async command(wish) {
      const { commandId, occurredAt, input } = wish
      const variables = { commandId, occurredAt, input, site: SITE }
      const failure = failureOf(await post(commandMutation(wish.type), variables))
      return failure || typeof input['transferId'] !== 'string'
        ? failure
        : arrived(client, wish, signal)
    },
    observe: async (observations) =>
      failureOf(
        await post(observationMutation(observations[0]!.type), {
          source: SOURCE,
          site: SITE,
          observations: observations.map(({ occurredAt, data }: Observed) => ({
            occurredAt,
            data,
          })),
        }),
      ),
  }
  return client
}

const REFUSALS =
  '... on Rejected { code message } ... on InvalidInput { code message } ... on Denied { code message }'

const commandMutation = (type: string): string =>
  `mutation ($commandId: ID!, $site: ID!, $occurredAt: DateTime!, $input: ${type}Input!) {
    result: ${type[0]!.toLowerCase()}${type.slice(1)}(
      commandId: $commandId, site: $site, occurredAt: $occurredAt, input: $input
    ) { __typename ${REFUSALS} }
  }`

const observationMutation = (type: string): string =>
  `mutation ($source: ID!, $site: ID!, $observations: [${type}Observation!]!) {
    result: record${type}(source: $source, site: $site, observations: $observations) {
      __typename
      ... on Recording { quarantined { message } }
      ... on InvalidInput { code message } ... on Denied { code message }
    }
  }`

function failureOf({ data, errors }: Answer): Failure | null {
  const error = errors?.[0]
  if (error) return { code: error.extensions?.code ?? 'GraphQLError', message: error.message }
  const result = data?.['result']
  if (typeof result?.code === 'string') return { code: result.code, message: result.message }
  const aside = result?.quarantined?.[0]
  return aside ? { code: 'Quarantined', message: aside.message } : null
}

const LOOK_EVERY_MS = 20
const ARRIVES_WITHIN_MS = 10_000
/** Facts of the target lot that end a transfer. */
const ENDS = ['LotTransferReceived', 'LotTransferDeclined']

/** A split or merge is credited a moment later; what follows on the target lot has to wait for it. */
async function arrived(
  client: GraphqlClient,
  { input }: Wish,
  signal: AbortSignal,
): Promise<Failure | null> {
  const where = { stream: `lot-${String(input['intoLotId'])}`, types: ENDS }
  const query = 'query ($where: EventFilter!) { events(where: $where) { nodes { data } } }'
  const late = AbortSignal.timeout(ARRIVES_WITHIN_MS)
  while (!late.aborted) {
    const { events } = await client.ask(query, { where })
    const ended: readonly any[] = events.nodes
    if (ended.some(({ data }) => data.transferId === input['transferId'])) return null
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
  return { code: 'TransferPending', message: `${where.stream} has not been credited yet` }
}
