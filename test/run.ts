/**
 * `npm test`: the gates (types, lint, format, unused code), then every test, then one line with the
 * sums. Arguments are handed to vitest; with any, the gates are left out.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: unknown[] }[]
}

const gates: Readonly<Record<string, readonly string[]>> = {
  types: ['tsc'],
  lint: ['oxlint', '--type-aware', '--deny-warnings', 'src', 'test', 'bench'],
  format: ['oxfmt', '--check', 'src', 'test', 'bench'],
  'unused code': ['knip', '--no-progress'],
}

const run = (command: readonly string[]): boolean =>
  spawnSync(command[0]!, command.slice(1), { stdio: 'inherit' }).status === 0

const started = Date.now()
const args = process.argv.slice(2)
let passed = 0
let failed = 0
for (const [name, command] of Object.entries(args.length > 0 ? {} : gates)) {
  const ok = run(command)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`)
  if (ok) passed++
  else failed++
}

const folder = mkdtempSync(join(tmpdir(), 'taktlog-test-'))
const output = join(folder, 'report.json')
const ok = run([
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${output}`,
  ...args,
])
const report = readReport(output)
rmSync(folder, { recursive: true, force: true })

const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
).length
passed += report.numPassedTests
failed += report.numFailedTests + brokenFiles
const skipped = report.numPendingTests + report.numTodoTests
// Errors outside of any test (an unhandled rejection, say) fail vitest without failing a test.
if (!ok && failed === 0) failed++
console.log(`\n${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1

function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    return {
      numPassedTests: 0,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    }
  }
}
