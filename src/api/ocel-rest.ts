import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { authorise, type Principal } from './authorise.ts'
import { createContext, type Services } from './context.ts'
import { problem } from './rest.ts'

const instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString())
  .optional()
const Window = z.strictObject({ from: instant, to: instant })
const TYPE = { json: 'application/json; charset=utf-8', sqlite: 'application/vnd.sqlite3' } as const

/** `/export/ocel.json` and `/export/ocel.sqlite`: a window of the log for process mining, for `read:audit`. */
export function ocelRoutes(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  const { ocel } = services
  if (!ocel) return
  for (const format of ['json', 'sqlite'] as const)
    app.get(`/export/ocel.${format}`, async (request, reply) => {
      const principal = principalOf(request)
      if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
      const access = { kind: 'read', context: 'audit', site: null } as const
      if (authorise(principal, access)) {
        await createContext(services, principal).access.check(access)
        return problem(reply, 'Forbidden')
      }
      const window = Window.safeParse(request.query)
      if (!window.success) return problem(reply, 'InvalidInput', z.prettifyError(window.error))
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const folder = await mkdtemp(join(tmpdir(), 'taktlog-ocel-'))
      const file = join(folder, `ocel.${format}`)
      const clean = () => rm(folder, { recursive: true, force: true })
      try {
        await ocel({ format, ...window.data, sites: principal.sites }, file, gone.signal)
      } catch (error) {
        await clean()
        throw error
      }
      return reply
        .type(TYPE[format])
        .header('content-disposition', `attachment; filename="ocel.${format}"`)
        .send(createReadStream(file).once('close', () => void clean()))
    })
}
