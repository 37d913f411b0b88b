/**
 * `npm run bench`: every benchmark, one table. `npm run bench -- NAME...` runs those whose name
 * contains a word; `--json FILE` also writes the rows. Exits with 1 when a bar is missed.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchmarks } from './index.ts'
import { grouped, type Row } from './row.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
})
const chosen = benchmarks.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
)
if (chosen.length === 0) {
  console.error(`no benchmark named ${positionals.join(', ')}; there are:`)
  for (const { name, about } of benchmarks) console.error(`  ${name.padEnd(12)} ${about}`)
  process.exit(2)
}

const rows: Row[] = []
for (const benchmark of chosen) {
  console.error(`${benchmark.name}: ${benchmark.about} ...`)
  rows.push(...(await benchmark.run()))
}
const [cpu] = cpus()
console.log(`\n${cpus().length} x ${cpu?.model.trim()}, Node.js ${process.version}, ${today()}\n`)
print(rows)
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
process.exit(rows.some(({ reached }) => reached === false) ? 1 : 0)

function print(table: readonly Row[]): void {
  const cells = table.map((r) => [
    r.name,
    `${grouped(r.value)} ${r.unit}`,
    r.ratio === null ? '' : `${r.ratio.toFixed(2)} of ${r.reference}`,
    r.bar ?? 'report',
    r.reached === null ? '' : r.reached ? 'reached' : 'MISSED',
  ])
  const lines = [['row', 'figure', 'ratio', 'bar', ''], ...cells]
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length)),
  )
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
