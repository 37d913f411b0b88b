import type { Compiled, CompiledOperation } from '../compile.ts'
import { streamKey, uniform } from './streams.ts'
import {
  drawFactor,
  durationKey,
  factorTable,
  placeOf,
  type DurationModel,
  type Variation,
} from './variation.ts'

/** What chance does in one replication; the same whatever else a scenario assumes. */
export interface Chance {
  begin(replication: number): void
  /** Seconds of work that `planned` ones take, whole. */
  work(at: number, mode: number, planned: number): number
  /** Seconds of repair that the machine needs during this work; adds to its age. */
  repair(machine: number, work: number): number
  /** Failures since `begin`. */
  failures: number
}

export function createChance(compiled: Compiled, variation: Variation, seed: number): Chance {
  const { problem, equipment } = compiled
  const machineKeys = Int32Array.from(problem.equipment, ({ id }) => streamKey(seed, id))
  const { firstMode, tables, keys, paces, paceOf } = durations(
    compiled,
    variation,
    machineKeys,
    seed,
  )
  const worked = Float64Array.from(compiled.operations, workedSoFar)
  /** By machine and operation name: what all its work of this replication takes more or less than fitted. */
  const pace = new Float64Array(paces.length).fill(1)
  const models = problem.equipment.map(({ id }) => variation.breakdowns.get(id) ?? null)
  const age = new Float64Array(equipment.length)
  const failsAt = new Float64Array(equipment.length)
  const count = new Int32Array(equipment.length)
  let current = 0

  const exponential = (machine: number, mean: number, n: number): number =>
    -mean * Math.log(uniform(machineKeys[machine]!, current, n))

  const chance: Chance = {
    failures: 0,
    begin(replication) {
      current = replication
      chance.failures = 0
      for (const [i, { table, key }] of paces.entries())
        if (table) pace[i] = drawFactor(table, uniform(key, replication))
      for (const [machine, model] of models.entries()) {
        age[machine] = 0
        count[machine] = 0
        failsAt[machine] = model ? exponential(machine, model.mtbfSeconds, 0) : Infinity
      }
    },
    work(at, mode, planned) {
      const one = firstMode[at]! + mode
      const table = tables[one]!
      if (table === null) return planned
      const by = pace[paceOf[one]!]!
      const draw = uniform(keys[one]!, current)
      const done = worked[at]!
      if (done < 0) return Math.round(planned * by * drawFactor(table, draw))
      // What runs already takes longer than it has run so far.
      const whole = (planned + done) * by
      const from = placeOf(table, done / whole)
      if (from >= 1) return planned
      return Math.max(Math.round(whole * drawFactor(table, from + draw * (1 - from)) - done), 1)
    },
    repair(machine, work) {
      const until = (age[machine]! += work)
      if (until < failsAt[machine]!) return 0
      const { mtbfSeconds, mttrSeconds } = models[machine]!
      let seconds = 0
      while (failsAt[machine]! <= until) {
        const n = ++count[machine]!
        seconds += exponential(machine, mttrSeconds, 2 * n - 1)
        failsAt[machine]! += exponential(machine, mtbfSeconds, 2 * n)
        chance.failures++
      }
      return Math.round(seconds)
    },
  }
  return chance
}

/** Seconds that an operation has run when it all begins; -1: it does not run. */
const workedSoFar = ({ fixed, modes }: CompiledOperation): number =>
  fixed?.remaining === undefined ? -1 : Math.max(modes[fixed.mode]!.seconds - fixed.remaining, 0)

/** By operation and mode, flat: the factors to draw from and the streams to draw with. */
function durations(
  { problem }: Compiled,
  variation: Variation,
  machineKeys: Int32Array,
  seed: number,
) {
  const tableOf = memoised(factorTable)
  const numberOf = new Map<string, number>()
  const paces: { readonly table: Float64Array | null; readonly key: number }[] = []
  const paceNumber = (equipment: string, id: string, { error = 0 }: DurationModel): number => {
    const name = durationKey(equipment, id)
    const known = numberOf.get(name)
    if (known !== undefined) return known
    numberOf.set(name, paces.length)
    return (
      paces.push({ table: factorTable({ mu: 0, sigma: error }), key: streamKey(seed, name) }) - 1
    )
  }
  const numbers = new Map(problem.equipment.map(({ id }, machine) => [id, machine]))
  const operations = problem.orders.flatMap((order) =>
    order.operations.map((operation) => ({ order: order.id, ...operation })),
  )
  const firstMode = new Int32Array(operations.length + 1)
  for (const [at, { modes }] of operations.entries())
    firstMode[at + 1] = firstMode[at]! + modes.length
  const all = operations.flatMap(({ order, id, modes }) => {
    const own = streamKey(seed, order, id)
    return modes.map(({ equipment }) => {
      const model = variation.durations.get(durationKey(equipment, id)) ?? variation.otherwise
      return {
        key: own ^ machineKeys[numbers.get(equipment)!]!,
        table: tableOf(model),
        pace: paceNumber(equipment, id, model),
      }
    })
  })
  return {
    firstMode,
    tables: all.map(({ table }) => table),
    keys: Int32Array.from(all, ({ key }) => key),
    paces,
    paceOf: Int32Array.from(all, ({ pace }) => pace),
  }
}

function memoised<K, V>(of: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = of(key)
    known.set(key, made)
    return made
  }
}
