import { hash } from 'node:crypto'

/** RFC 4122 namespace of all ids that Taktlog derives, itself drawn once at random. */
const NAMESPACE = '6f1c7d0e2b9a4c5e8f3a1d2b4c6e8f0a'

/**
 * Deterministic UUID (version 5 layout) of a name: the same command or observation gets the same
 * event ids however often it is sent, so a store recognises the retry.
 */
export function uuid5(name: string): string {
  const h = hash('sha1', NAMESPACE + name, 'hex')
  const variant = ((parseInt(h[16]!, 16) & 0x3) | 0x8).toString(16)
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20, 32)}`
}
