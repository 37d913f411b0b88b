import { keysOf, type Action, type CommandType, type InputOf, type Said } from './actions.ts'
import { createTimeline, type Process, type Timeline } from './clock.ts'
import { MACHINES } from './layout.ts'
import { createMachine, type Machine } from './machines.ts'
import type { PlannedOperation, Product } from './products.ts'
import { createRandom, type Random } from './random.ts'
import { createStock, type Stock } from './stock.ts'

/** An item on its way through an order; null while it has no serial number. */
export type Piece = string | null

export interface OpenOrder {
  readonly orderId: string
  readonly product: Product
  readonly quantity: number
  readonly priority: number
  /** Lot the finished pieces go into; null for a product that is kept by serial. */
  readonly lotId: string | null
  /** What is still good; those before the first operation are all null. */
  pieces: readonly Piece[]
  held: boolean
}
export interface Job {
  readonly order: OpenOrder
  readonly operation: PlannedOperation
}

/** Everything the processes of the plant share. */
export interface Plant {
  readonly now: () => number
  readonly random: Random
  readonly stock: Stock
  readonly machines: readonly Machine[]
  /** Work that waits, by work centre. */
  readonly queues: Map<string, Job[]>
  readonly orders: Map<string, OpenOrder>
  /** The relief valve in each pump that was assembled here, by serials. */
  readonly valves: Map<string, string>
  /** How many pumps were at the test bench, the one that comes there now included. */
  readonly tested: () => number
  readonly start: (process: Process) => void
  /**
   * @param expect code of the refusal that is meant to come
   * @param at when it was decided, epoch milliseconds; now by default
   */
  readonly command: <T extends CommandType>(
    type: T,
    input: InputOf<T>,
    expect?: string,
    at?: number,
  ) => void
  readonly observe: (said: Said) => void
  /** The next number of its kind, never given twice: `L-11220736-0004`. */
  readonly number: (kind: string) => string
}

const iso = (ms: number): string => new Date(ms).toISOString()

/**
 * A plant that stands still until somebody steps its timeline.
 * @param from epoch milliseconds at which it begins; also makes its numbers its own
 * @param emit takes each action in the order of simulated time
 */
export function createPlant(
  seed: number,
  from: number,
  emit: (action: Action) => void,
): { readonly plant: Plant; readonly timeline: Timeline } {
  const timeline = createTimeline(from)
  const random = createRandom(seed)
  const { now, start } = timeline
  const began = iso(from).replaceAll(/\D/g, '').slice(4, 12)
  const counts = new Map<string, number>()
  const number = (kind: string): string => {
    const n = (counts.get(kind) ?? 0) + 1
    counts.set(kind, n)
    return `${kind}-${began}-${String(n).padStart(4, '0')}`
  }
  const observe = (said: Said): void =>
    emit({ kind: 'observation', occurredAt: iso(now()), ...said })
  let tested = 0
  const machines = MACHINES.map((spec) => createMachine(spec, { now, random, observe }))
  const plant: Plant = {
    now,
    random,
    stock: createStock(),
    machines,
    queues: new Map(MACHINES.map((m) => [m.workCentreId, []])),
    orders: new Map(),
    valves: new Map(),
    tested: () => ++tested,
    start,
    command: (type, input, expect, at = now()) =>
      emit({
        kind: 'command',
        type,
        commandId: `plant-${from}-${seed}-${number('C')}`,
        occurredAt: iso(at),
        input: { ...input },
        keys: keysOf(input),
        ...(expect === undefined ? {} : { expect }),
      }),
    observe,
    number,
  }
  return { plant, timeline }
}
