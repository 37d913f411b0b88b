import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, reason, text } from '../types.ts'
import {
  medium,
  term,
  virtualMeterEvents as e,
  type Term,
  type VirtualMeterEvent,
} from './events.ts'
import { meter, type Meter } from './meter.ts'

/**
 * All virtual meters of a site, and which of its meters stands below which, in one stream: only who sees
 * them all can see that none is computed from itself, or stands below itself, by way of others.
 */
const onMeter = { meterId: id }

export const virtualMeterCommands = {
  DefineVirtualMeter: z
    .object({
      type: z.literal('DefineVirtualMeter'),
      ...onMeter,
      name: text,
      medium,
      scopeId: id.nullable().default(null),
      terms: z.array(term).min(1).max(200),
    })
    .describe(
      'Compute a meter from others of its site: a sum, a difference, a share. Defined anew, it is ' +
        'computed anew for all its past; asKnownAt still gives what was computed before.',
    ),
  RemoveVirtualMeter: z
    .object({ type: z.literal('RemoveVirtualMeter'), ...onMeter, reason })
    .describe('Do without a virtual meter; nothing may be computed from it any more.'),
  PlaceMeter: z
    .object({
      type: z.literal('PlaceMeter'),
      ...onMeter,
      parentMeterId: id.nullable().default(null),
    })
    .describe('Ask leave to put a meter below another; sent by itself when one is put there.'),
}
export type VirtualMeterCommand = CommandOf<typeof virtualMeterCommands>

type Definition = Extract<VirtualMeterEvent, { type: 'VirtualMeterDefined' }>['data']
/** Definitions in force, by meter. */
type Definitions = ReadonlyMap<string, Definition>
interface VirtualMeters {
  readonly defined: Definitions
  /** Of meters that are read: the one upstream. */
  readonly parents: ReadonlyMap<string, string>
}

type Refusal =
  | 'MeterDiffers'
  | 'TermRepeated'
  | 'TermOfOtherMedium'
  | 'VirtualMeterCircle'
  | 'VirtualMeterInUse'
  | 'ParentCircle'

export const virtualMeters: Decider<
  VirtualMeterCommand,
  VirtualMeters,
  VirtualMeterEvent,
  Refusal,
  Meter
> = {
  context: 'energy',
  category: 'virtualMeters',
  commands: virtualMeterCommands,
  internal: ['PlaceMeter'],
  events: e,
  id: (_, site) => site,
  initial: { defined: new Map(), parents: new Map() },
  consults: {
    get decider() {
      return meter
    },
    id: (command) => (command.type === 'PlaceMeter' ? null : command.meterId),
  },
  decide(command, { defined: state, parents }, { consulted }) {
    if (command.type === 'PlaceMeter') return place(command, parents)
    if (command.type === 'RemoveVirtualMeter') return remove(command, state)
    if (consulted.status !== 'unknown')
      return reject('MeterDiffers', `meterId ${command.meterId} is a meter that is read.`)
    const known = state.get(command.meterId)
    if (known && isSame(known, command)) return []
    return illegal(command, state) ?? [e.defined(command)]
  },
  evolve({ defined, parents }, { type, data }) {
    switch (type) {
      case 'VirtualMeterDefined':
        return { parents, defined: new Map(defined).set(data.meterId, data) }
      case 'VirtualMeterRemoved':
        return { parents, defined: new Map([...defined].filter(([id]) => id !== data.meterId)) }
      case 'MeterPlaced': {
        const { meterId, parentMeterId } = data
        const next = new Map(parents)
        if (parentMeterId === null) next.delete(meterId)
        else next.set(meterId, parentMeterId)
        return { defined, parents: next }
      }
    }
  },
}

/** Goes up from the parent; whoever meets the meter itself has gone in a circle. */
function place(
  command: Extract<VirtualMeterCommand, { type: 'PlaceMeter' }>,
  parents: VirtualMeters['parents'],
) {
  const { meterId, parentMeterId } = command
  if ((parents.get(meterId) ?? null) === parentMeterId) return []
  const path = [meterId]
  for (let at = parentMeterId; at !== null; at = parents.get(at) ?? null) {
    path.push(at)
    if (at === meterId)
      return reject('ParentCircle', `parentMeterId: ${path.join(' would stand below ')}.`)
  }
  return [e.placed(command)]
}

function remove(
  command: Extract<VirtualMeterCommand, { type: 'RemoveVirtualMeter' }>,
  state: Definitions,
) {
  const { meterId } = command
  if (!state.has(meterId)) return []
  const user = [...state.values()].find(({ terms }) => terms.some((t) => t.meterId === meterId))
  return user
    ? reject('VirtualMeterInUse', `meterId ${meterId} is a part of ${user.meterId}.`)
    : [e.removed(command)]
}

function illegal(definition: Definition, state: Definitions): Rejection<Refusal> | null {
  const { meterId, terms, medium: own } = definition
  const repeated = terms.find((t, i) => terms.findIndex((o) => o.meterId === t.meterId) !== i)
  if (repeated)
    return reject('TermRepeated', `terms name meterId ${repeated.meterId} twice; add the factors.`)
  const other = terms.find((t) => (state.get(t.meterId)?.medium ?? own) !== own)
  if (other) return reject('TermOfOtherMedium', `terms: ${other.meterId} does not measure ${own}.`)
  const circle = pathTo(meterId, terms, state)
  return circle
    ? reject('VirtualMeterCircle', `terms: ${[meterId, ...circle].join(' is computed from ')}.`)
    : null
}

/** Meters on the way from these terms to `target`; null where none of them leads there. */
function pathTo(
  target: string,
  terms: readonly Term[],
  state: Definitions,
  seen = new Set<string>(),
): readonly string[] | null {
  for (const { meterId } of terms) {
    if (meterId === target) return [target]
    if (seen.has(meterId)) continue
    seen.add(meterId)
    const path = pathTo(target, state.get(meterId)?.terms ?? [], state, seen)
    if (path) return [meterId, ...path]
  }
  return null
}

const isSame = (a: Definition, b: Definition): boolean =>
  a.name === b.name &&
  a.medium === b.medium &&
  a.scopeId === b.scopeId &&
  a.terms.length === b.terms.length &&
  a.terms.every((t, i) => t.meterId === b.terms[i]!.meterId && t.factor === b.terms[i]!.factor)
