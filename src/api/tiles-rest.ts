import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HASH_BYTES } from '../commands/tlog/hash.ts'
import type { TransparencyLog } from '../commands/tlog/port.ts'
import { parseTilePath, TILE_WIDTH, widthIn } from '../commands/tlog/tiles.ts'
import { authorise, type Principal } from './authorise.ts'
import { problem } from './rest.ts'

/** What never changes: full tiles, and partial ones of a given width. */
const FOREVER = 'private, max-age=31536000, immutable'
const NOTHING = 'There is no such tile yet.'

/**
 * The log as C2SP tlog-tiles below `/log/`: `checkpoint`, `tile/<L>/<N>[.p/<W>]`, and
 * `tile/entries/<N>[.p/<W>]`. For the scope `read:audit`; entries name streams of all sites, so they
 * are for those who may see all sites.
 */
export function tilesRoutes(
  app: FastifyInstance,
  tree: TransparencyLog,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  /** Answers with the refusal and null, or with the principal. */
  const admitted = (request: FastifyRequest, reply: FastifyReply): Principal | null => {
    const principal = principalOf(request)
    if (!principal) problem(reply, 'Unauthenticated')
    else if (authorise(principal, { kind: 'read', context: 'audit', site: null }))
      problem(reply, 'Forbidden')
    else return principal
    return null
  }

  app.get('/log/checkpoint', async (request, reply) => {
    if (!admitted(request, reply)) return reply
    const latest = await tree.checkpoint()
    if (!latest) return notFound(reply, 'No checkpoint was signed yet.')
    return reply.type('text/plain; charset=utf-8').send(latest.note)
  })

  app.get('/log/tile/*', async (request, reply) => {
    const principal = admitted(request, reply)
    if (!principal) return reply
    const wanted = parseTilePath(`tile/${(request.params as { '*': string })['*']}`)
    if (!wanted) return notFound(reply, NOTHING)
    const { level, index, width } = wanted
    const place = { level: level === 'entries' ? 0 : level, index }
    // Not of a larger tree than was signed: that one could still be rolled back with the database.
    const size = (await tree.checkpoint())?.size ?? 0
    if (widthIn(size, place) < width) return notFound(reply, NOTHING)
    if (level !== 'entries') {
      const [tile] = await tree.tiles([place])
      const hashes = tile!.hashes.subarray(0, width * HASH_BYTES)
      return reply.header('cache-control', FOREVER).type('application/octet-stream').send(hashes)
    }
    if (principal.sites !== null) return problem(reply, 'Forbidden')
    const bundle = bundleOf(await tree.entries(index * TILE_WIDTH, width))
    return reply.header('cache-control', FOREVER).type('application/octet-stream').send(bundle)
  })
}

const notFound = (reply: FastifyReply, message: string): FastifyReply =>
  reply.code(404).send({ errors: [{ message, extensions: { code: 'InvalidInput' } }] })

/** Entries, each after its length in two bytes, big-endian. */
const bundleOf = (entries: readonly string[]): Buffer =>
  Buffer.concat(
    entries.flatMap((entry) => {
      const bytes = Buffer.from(entry)
      return [Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]
    }),
  )
