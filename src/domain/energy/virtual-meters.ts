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
 * All virtual meters of a site in one stream: only who sees them all can see that none of them is
 * computed, by way of others, from itself.
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
}
export type VirtualMeterCommand = CommandOf<typeof virtualMeterCommands>

type Definition = Extract<VirtualMeterEvent, { type: 'VirtualMeterDefined' }>['data']
/** Definitions in force, by meter. */
type VirtualMeters = ReadonlyMap<string, Definition>

type Refusal =
  | 'MeterDiffers'
  | 'TermRepeated'
  | 'TermOfOtherMedium'
  | 'VirtualMeterCircle'
  | 'VirtualMeterInUse'

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
  events: e,
  id: (_, site) => site,
  initial: new Map(),
  consults: {
    get decider() {
      return meter
    },
    id: (command) => command.meterId,
  },
  decide(command, state, { consulted }) {
    if (command.type === 'RemoveVirtualMeter') return remove(command, state)
    if (consulted.status !== 'unknown')
      return reject('MeterDiffers', `meterId ${command.meterId} is a meter that is read.`)
    const known = state.get(command.meterId)
    if (known && isSame(known, command)) return []
    return illegal(command, state) ?? [e.defined(command)]
  },
  evolve(state, { type, data }) {
    const next = new Map(state)
    if (type === 'VirtualMeterDefined') next.set(data.meterId, data)
    else next.delete(data.meterId)
    return next
  },
}

function remove(
  command: Extract<VirtualMeterCommand, { type: 'RemoveVirtualMeter' }>,
  state: VirtualMeters,
) {
  const { meterId } = command
  if (!state.has(meterId)) return []
  const user = [...state.values()].find(({ terms }) => terms.some((t) => t.meterId === meterId))
  return user
    ? reject('VirtualMeterInUse', `meterId ${meterId} is a part of ${user.meterId}.`)
    : [e.removed(command)]
}

function illegal(definition: Definition, state: VirtualMeters): Rejection<Refusal> | null {
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
  state: VirtualMeters,
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
