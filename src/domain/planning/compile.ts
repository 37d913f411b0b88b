import type { Equipment, Mode, Operation, Order, Problem } from './problem.ts'
import { calendars, presence } from './presence.ts'
import { alwaysOpen, type WorkingTime } from './working-time.ts'

/** A problem with numbers for names: everything the search touches is an array by index. */
export interface Compiled {
  readonly problem: Problem
  readonly operations: readonly CompiledOperation[]
  /** By order: its operations are `first[order]` up to `first[order + 1]`. */
  readonly firstOfOrder: Int32Array
  /** By index, every operation after those it waits for. */
  readonly topological: Int32Array
  readonly equipment: readonly CompiledEquipment[]
  readonly families: number
  /** Seconds by location x location. */
  readonly transport: Float64Array
  readonly locations: number
  /** Working time of each person; the units of the tools follow and are always there. */
  readonly units: readonly WorkingTime[]
  readonly personCount: number
  readonly materialCount: number
  readonly fixed: readonly number[]
  readonly hasMaxLags: boolean
}

export interface CompiledEquipment {
  readonly open: WorkingTime
  readonly location: number
  readonly batchCapacity: number
  readonly initialFamily: number
  /** Families x families, or null where nothing ever changes over. */
  readonly setups: Int32Array | null
}

export interface CompiledOperation {
  readonly order: number
  readonly quantity: number
  readonly release: number
  readonly links: readonly CompiledLink[]
  readonly successors: number[]
  readonly modes: readonly CompiledMode[]
  readonly consumes: readonly (readonly [material: number, quantity: number])[]
  readonly produces: readonly (readonly [material: number, quantity: number])[]
  readonly fixed: Operation['fixed'] | null
  readonly fixedPerson: number
  readonly planned: Operation['planned'] | null
  readonly plannedPerson: number
}

export interface CompiledLink {
  readonly operation: number
  readonly minLag: number
  /** Infinity where there is none. */
  readonly maxLag: number
  /** 0: all at once. */
  readonly transferQuantity: number
}

export interface CompiledMode {
  readonly equipment: number
  readonly seconds: number
  readonly fixedSeconds: number
  readonly perUnitSeconds: number
  readonly family: number
  readonly size: number
  /** Units of `Compiled.units` of which one is bound; null: none needed. */
  readonly persons: readonly number[] | null
  readonly tools: readonly number[] | null
  readonly attendsSetup: boolean
  readonly attendsRun: boolean
  readonly interruptible: boolean
  readonly kilowatts: number
  /** By place in `persons`: when setup and run go on; one entry where nobody is needed. */
  readonly setupTimes: readonly WorkingTime[]
  readonly runTimes: readonly WorkingTime[]
}

/** @throws Error on a name that nothing has, and on operations that wait for each other in a circle */
export function compile(problem: Problem): Compiled {
  const persons = problem.persons ?? []
  const tools = problem.tools ?? []
  const index = indexOf(problem)
  const calendar = calendars()
  const units = persons.map(({ shifts }) => calendar(shifts))
  const unitsOfTool = tools.map(({ count }) =>
    Array.from({ length: count }, () => units.push(alwaysOpen) - 1),
  )
  const equipment = problem.equipment.map((one) =>
    compiledEquipment(one, index, calendar(one.open)),
  )
  const alone = persons.map((_, person) => [person])
  const people = new Map<string, readonly number[]>()
  const qualified = (qualification: string): readonly number[] => {
    if (!people.has(qualification))
      people.set(
        qualification,
        persons.flatMap((p, i) => (p.qualifications.includes(qualification) ? [i] : [])),
      )
    return people.get(qualification)!
  }
  const times = presence(
    equipment.map(({ open }) => open),
    units,
  )
  const compiledMode = (mode: Mode, quantity: number): CompiledMode => {
    const machine = index.equipment(mode.equipment)
    const bound =
      mode.person === undefined
        ? mode.qualification === undefined
          ? null
          : qualified(mode.qualification)
        : alone[index.person(mode.person)]!
    const attendance = mode.attendance ?? 'all'
    const { attended, unattended } = times(machine, bound)
    return {
      equipment: machine,
      seconds: (mode.fixedSeconds ?? 0) + (mode.perUnitSeconds ?? 0) * quantity,
      fixedSeconds: mode.fixedSeconds ?? 0,
      perUnitSeconds: mode.perUnitSeconds ?? 0,
      family: mode.family === undefined ? 0 : index.family(mode.family),
      size: mode.size ?? 1,
      persons: bound,
      tools: mode.tool === undefined ? null : unitsOfTool[index.tool(mode.tool)]!,
      attendsSetup: bound !== null && attendance !== 'run',
      attendsRun: bound !== null && attendance !== 'setup',
      interruptible: mode.interruptible ?? false,
      kilowatts: mode.kilowatts ?? 0,
      setupTimes: attendance === 'run' ? unattended : attended,
      runTimes: attendance === 'setup' ? unattended : attended,
    }
  }
  const personOf = (id: string | null | undefined) => (id ? index.person(id) : -1)
  const firstOfOrder = new Int32Array(problem.orders.length + 1)
  for (const [i, { operations }] of problem.orders.entries())
    firstOfOrder[i + 1] = firstOfOrder[i]! + operations.length
  const operations = problem.orders.flatMap((order, at) =>
    order.operations.map((operation, place): CompiledOperation => {
      const quantity = order.quantity ?? 1
      const amounts = (list: Operation['consumes'] = []) => {
        const sums = new Map<number, number>()
        for (const { material, quantity } of list) {
          const at = index.material(material)
          sums.set(at, (sums.get(at) ?? 0) + quantity)
        }
        return [...sums]
      }
      const fixed = operation.fixed ?? frozen(problem, operation)
      return {
        order: at,
        quantity,
        release: order.release ?? 0,
        links: linksOf(order, place, firstOfOrder[at]!),
        successors: [],
        modes: operation.modes.map((mode) => compiledMode(mode, quantity)),
        consumes: amounts(operation.consumes),
        produces: amounts(operation.produces),
        fixed,
        fixedPerson: personOf(fixed?.person),
        planned: operation.planned ?? null,
        plannedPerson: personOf(operation.planned?.person),
      }
    }),
  )
  for (const [at, { links }] of operations.entries())
    for (const { operation } of links) operations[operation]!.successors.push(at)
  return {
    problem,
    operations,
    firstOfOrder,
    topological: topologicalOrder(operations),
    equipment,
    families: index.families,
    transport: transportTimes(problem, index),
    locations: index.locations,
    units,
    personCount: persons.length,
    materialCount: problem.materials?.length ?? 0,
    fixed: operations
      .flatMap(({ fixed }, at) => (fixed ? [at] : []))
      .sort((a, b) => operations[a]!.fixed!.start - operations[b]!.fixed!.start || a - b),
    hasMaxLags: operations.some(({ links }) => links.some(({ maxLag }) => maxLag < Infinity)),
  }
}

/** In the frozen zone the current plan is as good as pinned. */
function frozen({ zones }: Problem, { planned }: Operation): Operation['fixed'] | null {
  return zones && planned && planned.start < zones.frozenUntil
    ? {
        mode: planned.mode,
        start: planned.start,
        ...(planned.person ? { person: planned.person } : {}),
      }
    : null
}

function linksOf(order: Order, place: number, first: number): CompiledLink[] {
  const { after } = order.operations[place]!
  if (!after)
    return place === 0
      ? []
      : [{ operation: first + place - 1, minLag: 0, maxLag: Infinity, transferQuantity: 0 }]
  return after.map((link) => {
    const before = order.operations.findIndex(({ id }) => id === link.operation)
    if (before < 0) throw new Error(`order ${order.id} has no operation ${link.operation}`)
    return {
      operation: first + before,
      minLag: link.minLag ?? 0,
      maxLag: link.maxLag ?? Infinity,
      transferQuantity: Math.min(link.transferQuantity ?? 0, order.quantity ?? 1),
    }
  })
}

function topologicalOrder(operations: readonly CompiledOperation[]): Int32Array {
  const waiting = Int32Array.from(operations, ({ links }) => links.length)
  const order = new Int32Array(operations.length)
  let found = 0
  for (const [at] of operations.entries()) if (waiting[at] === 0) order[found++] = at
  for (let i = 0; i < found; i++)
    for (const next of operations[order[i]!]!.successors)
      if (--waiting[next]! === 0) order[found++] = next
  if (found < operations.length) throw new Error('operations wait for each other in a circle')
  return order
}

type Index = ReturnType<typeof indexOf>

function indexOf(problem: Problem) {
  const lookup = (kind: string, names: readonly string[]) => {
    const numbers = new Map(names.map((name, at) => [name, at] as const))
    return (name: string): number => {
      const found = numbers.get(name)
      if (found === undefined) throw new Error(`no ${kind} ${name}`)
      return found
    }
  }
  const ids = (list: readonly { readonly id: string }[] | undefined) =>
    (list ?? []).map(({ id }) => id)
  const families = new Set<string>([''])
  const locations = new Set<string>([''])
  for (const { from, to } of problem.transport ?? []) locations.add(from).add(to)
  for (const { setups, initialFamily, location } of problem.equipment) {
    for (const { from, to } of setups ?? []) families.add(from).add(to)
    families.add(initialFamily ?? '')
    locations.add(location ?? '')
  }
  for (const { operations } of problem.orders)
    for (const { modes } of operations) for (const { family } of modes) families.add(family ?? '')
  return {
    equipment: lookup('equipment', ids(problem.equipment)),
    person: lookup('person', ids(problem.persons)),
    tool: lookup('tool', ids(problem.tools)),
    material: lookup('material', ids(problem.materials)),
    family: lookup('family', [...families]),
    location: lookup('location', [...locations]),
    families: families.size,
    locations: locations.size,
  }
}

function compiledEquipment(one: Equipment, index: Index, open: WorkingTime): CompiledEquipment {
  const setups = one.setups?.length ? new Int32Array(index.families ** 2) : null
  for (const { from, to, seconds } of one.setups ?? [])
    setups![index.family(from) * index.families + index.family(to)] = seconds
  return {
    open,
    location: index.location(one.location ?? ''),
    batchCapacity: one.batchCapacity ?? 0,
    initialFamily: index.family(one.initialFamily ?? ''),
    setups,
  }
}

function transportTimes({ transport }: Problem, index: Index): Float64Array {
  const times = new Float64Array(index.locations ** 2)
  for (const { from, to, seconds } of transport ?? [])
    times[index.location(from) * index.locations + index.location(to)] = seconds
  return times
}
