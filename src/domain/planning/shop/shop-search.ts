import type { Sequence } from '../dispatch.ts'
import type { Random } from '../random.ts'
import type { Search } from '../search.ts'
import { createClimber } from './climber.ts'
import { createGraph } from './graph.ts'
import type { Shop } from './shop.ts'
import { createTabu } from './tabu.ts'

/** Moves without gain that end a run of the tabu search, and plans kept: flat optima on Taillard's instances. */
const PATIENCE = 12_500
const ELITES = 12
/** Moves of the climber are quicker and cruder. */
const CLIMBER_PATIENCE = 40_000
/** Two plans of one makespan are the same when fewer of their pairs (or modes) than this differ. */
const SAME_SHARE = 0.02

interface Elite extends Sequence {
  readonly makespan: number
}

/**
 * Elite recombination over tabu search, for the makespan. A child merges the linear orders of two elites: what
 * both agree on stays, so it is never circular and needs no repair.
 */
export function createShopSearch(shop: Shop, random: Random): Search {
  const inner =
    shop.people > 0 ? createClimber(shop, random) : createTabu(createGraph(shop), random)
  const patience = shop.people > 0 ? CLIMBER_PATIENCE : PATIENCE
  const waiting: Sequence[] = []
  let elites: Elite[] = []
  let best: Elite | null = null
  let [iterations, running, rounds] = [0, false, 0]

  const begin = (): void => {
    const given = waiting.shift()
    inner.load(
      given ?? (elites.length < ELITES ? randomPlan(shop, random) : child(shop, elites, random)),
    )
    inner.start()
    running = true
  }
  const note = (): void => {
    const { makespan, order, modes } = inner.best
    if (best === null || makespan < best.makespan)
      best = { makespan, order: order.slice(), modes: modes.slice() }
  }
  const end = (): void => {
    running = false
    rounds++
    const { makespan, order, modes } = inner.best
    elites = admit(shop, elites, { makespan, order: order.slice(), modes: modes.slice() })
    const all = new Set(elites.map((elite) => elite.makespan))
    // All alike: recombination has nothing left to work on.
    if (elites.length === ELITES && all.size === 1 && rounds % ELITES === 0)
      elites = elites.slice(0, 1)
  }

  return {
    step(budget) {
      for (let left = budget; left > 0;) {
        if (!running) begin()
        const { spent, over } = inner.run(left, patience)
        note()
        // Where there is no move at all a run costs nothing; it counts, so that this ends.
        left -= Math.max(spent, 1)
        iterations += spent
        if (over) end()
      }
    },
    iterations: () => iterations,
    best: () => best!,
    adopt: (sequence) => void waiting.push(sequence),
  }
}

function admit(shop: Shop, elites: Elite[], one: Elite): Elite[] {
  if (elites.length < ELITES) return [...elites, one]
  if (elites.some((elite) => elite.makespan === one.makespan && alike(shop, elite, one)))
    return elites
  let worst = 0
  for (const [i, elite] of elites.entries()) if (elite.makespan > elites[worst]!.makespan) worst = i
  return one.makespan <= elites[worst]!.makespan ? elites.with(worst, one) : elites
}

function alike({ size, machines, modes, flexible }: Shop, a: Elite, b: Elite): boolean {
  if (flexible) {
    let others = 0
    for (let at = 0; at < size; at++) if (a.modes[at] !== b.modes[at]) others++
    if (others >= size * SAME_SHARE) return false
  }
  const placeInB = new Int32Array(size)
  for (let i = 0; i < size; i++) placeInB[b.order[i]!] = i
  const byMachine = Array.from({ length: machines }, (): number[] => [])
  for (const at of a.order) byMachine[modes[at]![a.modes[at]!]!.machine]!.push(placeInB[at]!)
  let inverted = 0
  for (const places of byMachine)
    for (const [i, one] of places.entries())
      for (let j = i + 1; j < places.length; j++) if (places[j]! < one) inverted++
  return inverted < size * SAME_SHARE
}

function child(shop: Shop, elites: readonly Elite[], random: Random): Sequence {
  const one = Math.floor(random() * elites.length)
  const step = 1 + Math.floor(random() * (elites.length - 1))
  const [a, b] = [elites[one]!, elites[(one + step) % elites.length]!]
  const share = 0.3 + 0.4 * random()
  const used = new Uint8Array(shop.size)
  const order = new Int32Array(shop.size)
  for (let i = 0, j = 0, k = 0; i < shop.size; i++) {
    while (j < shop.size && used[a.order[j]!]) j++
    while (k < shop.size && used[b.order[k]!]) k++
    const at = random() < share ? a.order[j]! : b.order[k]!
    used[at] = 1
    order[i] = at
  }
  const modes = a.modes.map((mode, at) => (random() < share ? mode : b.modes[at]!))
  return { order, modes }
}

/** Jobs in any order; modes where the machine has had least, with some chance. */
function randomPlan(shop: Shop, random: Random): Sequence {
  const { size, jobs, first, last, modes: options, machines } = shop
  const order = new Int32Array(size)
  const modes = new Int32Array(size)
  const load = new Float64Array(machines)
  const upTo = first.slice()
  const alive = Array.from({ length: jobs }, (_, job) => job)
  for (let i = 0; i < size; i++) {
    const pick = Math.floor(random() * alive.length)
    const job = alive[pick]!
    const at = upTo[job]!++
    let least = Infinity
    for (const [mode, { machine, seconds }] of options[at]!.entries()) {
      const filled = load[machine]! + seconds * (0.7 + 0.6 * random())
      if (filled >= least) continue
      least = filled
      modes[at] = mode
    }
    const { machine, seconds } = options[at]![modes[at]!]!
    load[machine]! += seconds
    order[i] = at
    if (at === last[job]) {
      alive[pick] = alive.at(-1)!
      alive.pop()
    }
  }
  return { order, modes }
}
