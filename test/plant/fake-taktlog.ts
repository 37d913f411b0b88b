import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Received {
  readonly query: string
  readonly variables: any
}
type Answer = (received: Received, response: ServerResponse, nth: number) => void

/** Answers GraphQL over HTTP in whatever way a test needs; remembers what it was asked. */
export async function fakeTaktlog(answer: Answer) {
  const received: Received[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    received.push(JSON.parse(body))
    answer(received.at(-1)!, response, received.length)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    received,
    url: `http://127.0.0.1:${port}/graphql`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Everything is taken, transfers arrive at once. */
export const takesAll: Answer = ({ query }, response) => {
  const arrived = { events: { nodes: [{ data: { transferId: 'any' } }] } }
  const data = query.startsWith('query') ? arrived : { result: { __typename: 'Ack' } }
  response.end(JSON.stringify({ data }))
}
