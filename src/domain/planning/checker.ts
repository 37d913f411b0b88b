import { dueSetup, fixedOf, linksOf, openSeconds, type Placed } from './checker-words.ts'
import type { Problem, PlannedOperation, Span } from './problem.ts'

/**
 * Every rule that a plan breaks, as sentences; written from the problem alone, sharing no code with the
 * decoder, so that both cannot be wrong in the same way. What is fixed is as it is: nothing is asked of it.
 */
export function violations(problem: Problem, plan: readonly PlannedOperation[]): string[] {
  const orders = new Map(problem.orders.map((one) => [one.id, one]))
  const placed = plan.map((row): Placed => {
    const order = orders.get(row.order)!
    const operation = order.operations.find(({ id }) => id === row.operation)!
    const mode = operation.modes[row.mode]!
    const equipment = problem.equipment.find(({ id }) => id === row.equipment)!
    const name = `${row.order}/${row.operation}`
    return { ...row, name, problem, rules: operation, in: order, how: mode, on: equipment }
  })
  const names = new Map(placed.map((one) => [one.name, one]))
  return [
    ...(names.size < placed.length ? ['an operation is planned twice'] : []),
    ...placed.flatMap((one) => (fixedOf(one) ? moved(one) : [...timing(one), ...manned(one)])),
    ...placed.flatMap((one) => (fixedOf(one) ? [] : order(one, names))),
    ...machines(placed),
    ...shared(placed, 'person', (one) => one.person),
    ...shared(placed, 'tool', (one) =>
      one.toolUnit === null ? null : `${one.how.tool} ${one.toolUnit}`,
    ),
    ...balances(problem, placed),
  ]
}

/** When the person of an operation is bound. */
function attended({ how, setupStart, start, end }: Placed): Span {
  return {
    from: how.attendance === 'run' ? start : setupStart,
    to: how.attendance === 'setup' ? start : end,
  }
}

function moved(one: Placed): string[] {
  const { mode, start } = fixedOf(one)!
  return one.mode === mode && one.start === start ? [] : [`${one.name} is fixed but moved`]
}

function timing(one: Placed): string[] {
  const { name, how, on, setupStart, start, end, in: order } = one
  const found: string[] = []
  if (on.id !== how.equipment) found.push(`${name} is not on its equipment`)
  if (setupStart < 0 || start < (order.release ?? 0)) found.push(`${name} starts too early`)
  const shifts = one.problem.persons?.find(({ id }) => id === one.person)?.shifts
  const attendance = how.attendance ?? 'all'
  const run = (how.fixedSeconds ?? 0) + (how.perUnitSeconds ?? 0) * (order.quantity ?? 1)
  const bySetup = attendance === 'run' ? undefined : shifts
  const byRun = attendance === 'setup' ? undefined : shifts
  if (openSeconds([on.open, byRun], start, end) !== run)
    found.push(`${name} runs ${openSeconds([on.open, byRun], start, end)} s instead of ${run}`)
  if (!how.interruptible && end - start !== run) found.push(`${name} is interrupted`)
  const setup = openSeconds([on.open, bySetup], setupStart, start)
  if (!how.interruptible && setup !== start - setupStart) found.push(`${name} setup interrupted`)
  return found
}

function manned(one: Placed): string[] {
  const { name, how, person, problem } = one
  const found: string[] = []
  const needed = how.person !== undefined || how.qualification !== undefined
  if (needed !== (person !== null)) found.push(`${name} has the wrong number of people`)
  if (how.person !== undefined && person !== how.person) found.push(`${name} has another person`)
  const who = problem.persons?.find(({ id }) => id === person)
  if (how.person === undefined && needed && !who?.qualifications.includes(how.qualification ?? ''))
    found.push(`${name}: ${person} is not qualified`)
  if ((how.tool !== undefined) !== (one.toolUnit !== null)) found.push(`${name} lacks its tool`)
  return found
}

function order(one: Placed, names: ReadonlyMap<string, Placed>): string[] {
  return linksOf(one).flatMap((link) => {
    const before = names.get(`${one.order}/${link.operation}`)
    if (!before) return [`${one.name} is planned without ${link.operation}`]
    const leg = one.problem.transport?.findLast(
      ({ from, to }) => from === (before.on.location ?? '') && to === (one.on.location ?? ''),
    )
    const gap = (link.minLag ?? 0) + (leg?.seconds ?? 0)
    const found: string[] = []
    if (one.start - before.end > (link.maxLag ?? Infinity))
      found.push(`${one.name} is too long after ${before.name}`)
    const lot = Math.min(link.transferQuantity ?? 0, one.in.quantity ?? 1)
    if (lot === 0 || fixedOf(before)) {
      if (one.start < before.end + gap) found.push(`${one.name} overlaps ${before.name}`)
      return found
    }
    const { fixedSeconds = 0, perUnitSeconds = 0, attendance } = before.how
    const shifts = before.problem.persons?.find(({ id }) => id === before.person)?.shifts
    const calendars = [before.on.open, attendance === 'setup' ? undefined : shifts]
    const worked = openSeconds(calendars, before.start, one.start - gap)
    if (worked < fixedSeconds + perUnitSeconds * lot)
      found.push(`${one.name} starts before a first lot of ${before.name}`)
    if (one.end < before.end + gap + (one.how.perUnitSeconds ?? 0) * lot)
      found.push(`${one.name} ends before the last lot of ${before.name} can be worked`)
    return found
  })
}

function machines(placed: readonly Placed[]): string[] {
  const found: string[] = []
  for (const [id, all] of Map.groupBy(placed, ({ equipment }) => equipment)) {
    const rows = all.toSorted((a, b) => a.start - b.start || a.end - b.end)
    let batch: Placed[] = []
    let before: Placed | null = null
    for (const row of rows) {
      if (batch[0] && isBatch(batch[0], row)) batch.push(row)
      else {
        before = batch[0] ?? null
        batch = [row]
      }
      const total = batch.reduce((sum, { how }) => sum + (how.size ?? 1), 0)
      if (batch.length > 1 && total > (row.on.batchCapacity ?? 0))
        found.push(`${id}: a batch with ${row.name} is too large`)
      if (fixedOf(row) && (!before || fixedOf(before))) continue
      if (before && before.end > row.setupStart && !(fixedOf(row) && before.end <= row.start))
        found.push(`${id}: ${row.name} starts before ${before.name} is done`)
      const due = dueSetup(row.on, before, row)
      const from = fixedOf(row) ? before!.end : row.setupStart
      const shifts = row.problem.persons?.find(({ id }) => id === row.person)?.shifts
      const unmanned = fixedOf(row) || row.how.attendance === 'run'
      const had = openSeconds([row.on.open, unmanned ? undefined : shifts], from, row.start)
      if (had < due) found.push(`${id}: ${row.name} needs a changeover of ${due} s, has ${had}`)
    }
  }
  return found
}

/** Both run together in an oven. */
function isBatch(a: Placed, b: Placed): boolean {
  return (
    a.on.batchCapacity !== undefined &&
    !fixedOf(a) &&
    !fixedOf(b) &&
    a.start === b.start &&
    a.end === b.end &&
    a.how.family === b.how.family
  )
}

/** One at a time, but for those who stand at the same oven. */
function shared(
  placed: readonly Placed[],
  kind: string,
  key: (one: Placed) => string | null,
): string[] {
  const found: string[] = []
  for (const [id, rows] of Map.groupBy(placed, key)) {
    if (id === null) continue
    const span = (one: Placed): Span =>
      kind === 'tool' ? { from: one.setupStart, to: one.end } : attended(one)
    const sorted = rows
      .filter((one) => span(one).from < span(one).to)
      .toSorted((a, b) => span(a).from - span(b).from)
    for (const [i, row] of sorted.entries())
      for (let j = i + 1; j < sorted.length && span(sorted[j]!).from < span(row).to; j++) {
        const other = sorted[j]!
        const together = row.equipment === other.equipment && isBatch(row, other)
        if (!together && !(fixedOf(row) && fixedOf(other)))
          found.push(`${kind} ${id} is at ${row.name} and ${other.name} at once`)
      }
  }
  return found
}

/** No material falls below nothing but where what is fixed alone makes it. */
function balances(problem: Problem, placed: readonly Placed[]): string[] {
  return (problem.materials ?? []).flatMap(({ id, stock, receipts }) => {
    const changes = (receipts ?? []).map((r) => ({ at: r.at, by: r.quantity, mine: 0 }))
    for (const one of placed) {
      const running = fixedOf(one)?.remaining !== undefined
      const amount = (list: Placed['rules']['consumes']) =>
        (list ?? []).reduce((sum, m) => sum + (m.material === id ? m.quantity : 0), 0)
      const taken = running ? 0 : amount(one.rules.consumes)
      changes.push({ at: one.start, by: -taken, mine: fixedOf(one) ? 0 : taken })
      changes.push({ at: one.end, by: amount(one.rules.produces), mine: 0 })
    }
    let [balance, without] = [stock, stock]
    const found: string[] = []
    for (const [at, all] of [...Map.groupBy(changes, (c) => c.at)].sort((a, b) => a[0] - b[0])) {
      for (const { by, mine } of all) {
        balance += by
        without += by + mine
      }
      if (balance < Math.min(0, without)) found.push(`${id} is missing at ${at}`)
    }
    return found
  })
}
