import type { Filter } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { Refused } from './errors.ts'

/** Longest pattern taken: some dozens of names. */
const MAX_PATTERN = 10_000
/** A repeated group with a repetition inside can take a lifetime to match (catastrophic backtracking). */
const EXPLODES = /\([^()]*[+*}][^()]*\)[+*{]/
/** `^A$` or `^(A|B)$`. */
const NAMES = /^\^(?:([\w-]+)|\((?:\?:)?([\w|-]+)\))\$$/

/** What the protocol's filter says: of stream names or event types, a pattern or prefixes. */
export interface WireFilter {
  readonly on: 'stream' | 'type'
  readonly regex: string
  readonly prefixes: readonly string[]
  /** Events looked at between two checkpoints. */
  readonly checkpointEvery: number
}

export interface Matcher {
  readonly matches: (fact: Recorded) => boolean
  /** What the log itself can leave out; `matches` still has the last word. */
  readonly pushed: Filter
  /** Null where there is no filter, and so no checkpoints. */
  readonly checkpointEvery: number | null
}

/** @throws Refused where the pattern is none, or could take too long */
export function matcher(filter: WireFilter | null): Matcher {
  if (!filter) return { matches: () => true, pushed: {}, checkpointEvery: null }
  const { on, regex, prefixes, checkpointEvery } = filter
  const pattern = regex === '' ? null : compile(regex)
  const subject = on === 'stream' ? (f: Recorded) => f.stream : (f: Recorded) => f.type
  return {
    matches: (fact) => {
      const text = subject(fact)
      return pattern ? pattern.test(text) : prefixes.some((prefix) => text.startsWith(prefix))
    },
    pushed: pattern ? pushedPattern(on, regex) : pushedPrefixes(on, prefixes),
    checkpointEvery,
  }
}

function compile(regex: string): RegExp {
  const refuse = (why: string) => new Refused({ kind: 'invalid-argument', why: `filter: ${why}` })
  if (regex.length > MAX_PATTERN) throw refuse(`a pattern of more than ${MAX_PATTERN} characters`)
  if (EXPLODES.test(regex)) throw refuse('a repetition within a repeated group')
  try {
    return new RegExp(regex)
  } catch {
    throw refuse(`${JSON.stringify(regex)} is not a regular expression`)
  }
}

function pushedPattern(on: WireFilter['on'], regex: string): Filter {
  const [, one, several] = NAMES.exec(regex) ?? []
  const names = one ?? several
  return on === 'type' && names !== undefined ? { types: names.split('|') } : {}
}

/** `order-` as the beginning of a stream's name is the category order. */
function pushedPrefixes(on: WireFilter['on'], prefixes: readonly string[]): Filter {
  const whole = prefixes.every((prefix) => prefix.indexOf('-') === prefix.length - 1)
  return on === 'stream' && whole && !prefixes.includes('')
    ? { categories: prefixes.map((prefix) => prefix.slice(0, -1)) }
    : {}
}
