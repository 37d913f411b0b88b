import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A network between Taktlog and its database that can fail. */
export interface CuttingProxy {
  readonly port: number
  /** How often something was sent to the database after it had answered, over all connections. */
  readonly roundTrips: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  /** Connections stay, and new ones are accepted, but nothing arrives on either side any more. */
  silence(): void
  /** Connections stay, but nothing arrives on either side of them; new ones work. */
  strand(): void
  /** Everything works again; what was held back by `silence` arrives. */
  mend(): Promise<void>
  close(): Promise<void>
}

/** Forwards a TCP port on loopback to a Unix socket. */
export async function createCuttingProxy(socketPath: string): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let server: Server | null = null
  let silent = false
  let port = 0
  let roundTrips = 0

  const accept = (near: Socket): void => {
    const far = connect(socketPath)
    const pair = [near, far] as const
    pairs.add(pair)
    let answered = true
    near.on('data', () => {
      if (answered) roundTrips++
      answered = false
    })
    far.on('data', () => (answered = true))
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (data) => to.write(data))
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      if (silent) from.pause()
    }
  }
  const open = async (): Promise<void> => {
    server = createServer(accept).listen(port, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
  }
  const cut = async (): Promise<void> => {
    const closing = server
    server = null
    if (!closing) return
    const closed = once(closing, 'close')
    closing.close()
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    await closed
  }
  const strand = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.pause()
  }
  await open()
  return {
    get port() {
      return port
    },
    get roundTrips() {
      return roundTrips
    },
    cut,
    silence() {
      silent = true
      strand()
    },
    strand,
    async mend() {
      silent = false
      for (const pair of pairs) for (const socket of pair) socket.resume()
      if (!server) await open()
    },
    close: cut,
  }
}
