import type { Compiled } from '../compile.ts'
import { streamKey, uniform } from './streams.ts'
import { drawFactor, durationKey, factorTable, type Variation } from './variation.ts'

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
  const { firstMode, tables, keys } = durations(compiled, variation, machineKeys, seed)
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
      return Math.round(planned * drawFactor(table, uniform(keys[one]!, current)))
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

/** By operation and mode, flat: the factors to draw from and the stream to draw with. */
function durations(
  { problem }: Compiled,
  variation: Variation,
  machineKeys: Int32Array,
  seed: number,
) {
  const tableOf = memoised(factorTable)
  const numbers = new Map(problem.equipment.map(({ id }, machine) => [id, machine]))
  const operations = problem.orders.flatMap((order) =>
    order.operations.map((operation) => ({ order: order.id, ...operation })),
  )
  const firstMode = new Int32Array(operations.length + 1)
  for (const [at, { modes }] of operations.entries())
    firstMode[at + 1] = firstMode[at]! + modes.length
  const all = operations.flatMap(({ order, id, modes }) => {
    const own = streamKey(seed, order, id)
    return modes.map((mode) => ({
      key: own ^ machineKeys[numbers.get(mode.equipment)!]!,
      table: tableOf(
        variation.durations.get(durationKey(mode.equipment, id)) ?? variation.otherwise,
      ),
    }))
  })
  return {
    firstMode,
    tables: all.map(({ table }) => table),
    keys: Int32Array.from(all, ({ key }) => key),
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
