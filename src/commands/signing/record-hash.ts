import { createHash } from 'node:crypto'
import type { Recorded } from '../../domain/event.ts'

/**
 * Hash of exactly what a signature is about: the facts of one stream from the first up to a revision.
 * SHA-256 in hexadecimal over these canonical bytes, in UTF-8, each line ended by a line feed:
 *
 *     taktlog-signature-v1
 *     "order-PO-1"
 *     {"actor":..,"data":..,"id":..,"occurredAt":..,"revision":0,"schemaVersion":1,"site":..,"source":..,"type":..}
 *     ...
 *
 * One line a fact, JSON without spaces, members of every object in the order of their UTF-16 code units,
 * numbers and strings as JSON.stringify writes them (RFC 8785). Positions and times of recording are
 * left out: they are the log's, and every log that holds the same facts gives the same hash.
 * @param facts payloads as they were written (`asStored`): a later upcast changes no hash
 */
export function recordHash(stream: string, facts: readonly Recorded[]): string {
  const hash = createHash('sha256').update(`taktlog-signature-v1\n${JSON.stringify(stream)}\n`)
  for (const { id, type, revision, schemaVersion, data, metadata } of facts) {
    const { actor, occurredAt, site, source } = metadata
    const line = { id, type, revision, schemaVersion, data, actor, occurredAt, site, source }
    hash.update(`${canonical(line)}\n`)
  }
  return hash.digest('hex')
}

/** JSON after RFC 8785. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`)
  return `{${members.join(',')}}`
}

/**
 * Whether a fact says that this person did or reported it: as its sender, or by id anywhere inside.
 * @param login principal that the person sends commands as, where that is another id
 */
export const isWorkOf = (
  personId: string,
  login: string | null,
  { data, metadata }: Recorded,
): boolean => metadata.actor === personId || metadata.actor === login || namesWorker(personId, data)

function namesWorker(personId: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([name, item]) =>
      (item === personId && /^personId$|By$/.test(name)) || namesWorker(personId, item),
  )
}
