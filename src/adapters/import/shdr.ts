import { roleByName } from '../../domain/equipment/mtconnect-items.ts'
import type { Sample } from '../../domain/equipment/mtconnect-signals.ts'

/** A line of SHDR, or why it is none. Null: a line that carries no samples, such as a blank one. */
export type ShdrLine = { readonly samples: readonly Sample[] } | { readonly why: string } | null

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const LEVEL = /^\s*(?:normal|warning|fault|unavailable)\s*$/i
/** What a name, message or program may have at most; what is longer is garbage between two pipes. */
const MAX_FIELD = 2_000
const CONTROL = /\p{Cc}/u
/** Time, name, level, native code, native severity, qualifier, text. */
const CONDITION_FIELDS = 7
/** Time, name, native code, text: a message, which stands alone on its line. */
const MESSAGE_FIELDS = 4

/**
 * Reads one line of SHDR, `time|item|value` with any number of further `|item|value`, or one
 * condition `time|item|level|native code|native severity|qualifier|text` (MTConnect Part 5 and the
 * reference agent's adapter protocol). A time without an offset is of `timeZone`.
 */
export function parseShdr(text: string, timeZone: string, device: string): ShdrLine {
  // Lines of the protocol between adapter and agent begin with a star.
  if (text.trim() === '' || text.startsWith('*')) return null
  if (CONTROL.test(text)) return { why: 'has control characters' }
  const fields = text.split('|')
  if (fields.length < 3)
    return { why: 'not a line of SHDR: expected time|item|value with at least two pipes' }
  if (fields.some((field) => field.length > MAX_FIELD))
    return { why: `has a field of more than ${MAX_FIELD} characters` }
  const at = instantOf(fields[0]!, timeZone)
  if (at === null)
    return { why: `time ${JSON.stringify(fields[0])} is not an ISO-8601 date and time` }
  const name = (field: string) => unprefixed(field.trim(), device)
  const isCondition =
    fields.length >= CONDITION_FIELDS && LEVEL.test(fields[2]!) && !roleByName(name(fields[1]!))
  if (isCondition || fields.length === MESSAGE_FIELDS)
    return { samples: [{ at, item: name(fields[1]!), value: fields.slice(2).join('|') }] }
  if (fields.length % 2 === 0)
    return { why: `${fields.length - 1} fields after the time: the last item has no value` }
  const samples: Sample[] = []
  for (let i = 1; i < fields.length; i += 2)
    samples.push({ at, item: name(fields[i]!), value: fields[i + 1]! })
  return { samples }
}

/** Epoch milliseconds; null for what is no time. `@duration` after a time is dropped. */
function instantOf(field: string, timeZone: string): number | null {
  const mark = field.indexOf('@')
  const time = (mark < 0 ? field : field.slice(0, mark)).trim()
  const match = ISO.exec(time)
  if (!match) return null
  if (match[1] === undefined) return localInstant(time, timeZone)
  const at = Date.parse(time)
  return Number.isNaN(at) ? null : at
}

/** In the hour that a clock skips or has twice, the time goes on as before the change. */
function localInstant(time: string, timeZone: string): number | null {
  try {
    return Temporal.PlainDateTime.from(time).toZonedDateTime(timeZone).epochMilliseconds
  } catch {
    return null
  }
}

/** `Machine:item` is how an adapter of several machines names the items of one. */
const unprefixed = (name: string, device: string): string =>
  name.startsWith(`${device}:`) ? name.slice(device.length + 1) : name
