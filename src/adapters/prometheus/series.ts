import type { Labels } from '../../commands/metrics.ts'

/** What one set of label values has counted or measured. */
interface Cell {
  readonly labels: readonly (readonly [name: string, value: string])[]
  count: number
  sum: number
  /** Of a histogram: values up to each bound and beyond the one before. */
  readonly buckets: number[]
}
type Level = Map<string, Level> | Map<string, Cell>

export interface Series {
  /** @returns the cell of these label values; found without making a key of them */
  cell(labels: Labels): Cell
  /** In the text format of Prometheus. */
  text(): string
}

/**
 * Counters and histograms of every command: a client library checks, sorts and joins the labels each time
 * it is told something, which was a tenth of a command together.
 * @param bounds of a histogram, ascending; null for a counter
 */
export function createSeries(
  name: string,
  { help, labels: names = [] }: { readonly help: string; readonly labels?: readonly string[] },
  bounds: readonly number[] | null,
): Series {
  const cells: Cell[] = []
  const make = (labels: Labels): Cell => {
    const pairs = names.map((label) => [label, labels[label] ?? ''] as const)
    const cell = { labels: pairs, count: 0, sum: 0, buckets: (bounds ?? []).map(() => 0) }
    cells.push(cell)
    return cell
  }
  // Without labels there is one, from the start.
  const only = names.length === 0 ? make({}) : null
  const root: Level = new Map()
  const find = (labels: Labels): Cell => {
    let level: Level = root
    for (const label of names.slice(0, -1))
      level = inner(level as Map<string, Level>, labels[label])
    const leaf = level as Map<string, Cell>
    const value = labels[names.at(-1)!] ?? ''
    const known = leaf.get(value)
    if (known) return known
    const cell = make(labels)
    leaf.set(value, cell)
    return cell
  }
  return {
    cell: (labels) => only ?? find(labels),
    text() {
      const head = `# HELP ${name} ${help}\n# TYPE ${name} ${bounds ? 'histogram' : 'counter'}\n`
      const write = bounds ? (cell: Cell) => histogram(name, cell, bounds) : counter(name)
      return head + cells.map(write).join('')
    },
  }
}

function inner(level: Map<string, Level>, value = ''): Level {
  const known = level.get(value)
  if (known) return known
  const made: Level = new Map()
  level.set(value, made)
  return made
}

/** Counts a value in its bucket; beyond the last bound it is in the total only. */
export function observe(cell: Cell, bounds: readonly number[], value: number): void {
  cell.count++
  cell.sum += value
  for (let i = 0; i < bounds.length; i++)
    if (value <= bounds[i]!) {
      cell.buckets[i]!++
      return
    }
}

const counter =
  (name: string) =>
  ({ labels, count }: Cell): string =>
    line(name, labels, count)

function histogram(name: string, cell: Cell, bounds: readonly number[]): string {
  const { labels, sum, count, buckets } = cell
  let below = 0
  const steps = bounds.map((bound, i) =>
    line(`${name}_bucket`, [['le', String(bound)], ...labels], (below += buckets[i]!)),
  )
  const all = line(`${name}_bucket`, [['le', '+Inf'], ...labels], count)
  return `${steps.join('')}${all}${line(`${name}_sum`, labels, sum)}${line(`${name}_count`, labels, count)}`
}

const line = (name: string, labels: Cell['labels'], value: number): string => {
  const told = labels.map(([label, text]) => `${label}="${escape(text)}"`).join(',')
  return `${name}${told === '' ? '' : `{${told}}`} ${value}\n`
}

const escape = (text: string): string =>
  text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', '\\"')
