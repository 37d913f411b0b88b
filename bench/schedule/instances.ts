import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Mode, Problem } from '../../src/domain/planning/problem.ts'
import { taillard } from './taillard.ts'

export const DATA = resolve('../shared/data/scheduling')

export interface Instance {
  readonly name: string
  readonly problem: Problem
  /** Best known makespan, or null. */
  readonly best: number | null
}

/** Best known makespans of August 2026 (ScheduleOpt/benchmarks, CC-BY-SA-4.0), where they are at hand. */
function bestKnown(kind: 'jsp' | 'fjsp'): ReadonlyMap<string, number> {
  const file = join(DATA, `${kind}-bounds.json`)
  if (!existsSync(file)) return new Map()
  const rows = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly instance: string
    readonly upper_bound: number
  }[]
  return new Map(rows.map((row) => [row.instance.replace(/js$/, ''), row.upper_bound]))
}

/** @param wanted instances by their start, such as `ta0` or `mk` */
export function instances(wanted: readonly string[]): Instance[] {
  const jobShops = bestKnown('jsp')
  const flexible = bestKnown('fjsp')
  const named = (name: string) => wanted.some((start) => name.startsWith(start))
  const taillards = Array.from({ length: 50 }, (_, i) => `ta${`${i + 1}`.padStart(2, '0')}`)
  return [
    ...files('jsp', named)
      .filter(([name]) => !name.startsWith('ta'))
      .map(([name, text]) => ({ name, problem: jobShop(text), best: jobShops.get(name) ?? null })),
    ...taillards.filter(named).map((name) => ({
      name,
      problem: chains(taillard(Number(name.slice(2)))),
      best: jobShops.get(name) ?? null,
    })),
    ...['brandimarte', 'dauzere'].flatMap((folder) =>
      files(join('fjsp', folder), (file) => named(file.replace('.txt', ''))).map(([file, text]) => {
        const name = file.replace('.txt', '')
        const best = flexible.get(folder === 'dauzere' ? `dpp${name}` : name) ?? null
        return { name, problem: flexibleShop(text), best }
      }),
    ),
    ...files('fjsp-workers', (file) => file.endsWith('.fjsw') && named(file)).map(
      ([file, text]) => ({
        name: file.replace('.fjsw', ''),
        problem: workerShop(text),
        best: null,
      }),
    ),
  ]
}

const collator = new Intl.Collator('en', { numeric: true })
function files(folder: string, wanted: (name: string) => boolean): [string, string][] {
  const path = join(DATA, folder)
  if (!existsSync(path)) {
    console.error(`skipped: ${path} is absent`)
    return []
  }
  const names = readdirSync(path).filter(wanted).sort(collator.compare)
  return names.map((name) => [name, readFileSync(join(path, name), 'utf8')])
}

const numbers = (text: string): number[] => (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number)

/** Jobs as chains of alternatives, one machine (and person) each. */
function chains(jobs: readonly (readonly (readonly Mode[])[])[]): Problem {
  const modes = jobs.flat(2)
  const ids = (list: readonly (string | undefined)[]) =>
    [...new Set(list)].filter((id) => id !== undefined).sort(collator.compare)
  return {
    equipment: ids(modes.map(({ equipment }) => equipment)).map((id) => ({ id })),
    persons: ids(modes.map(({ person }) => person)).map((id) => ({ id, qualifications: [] })),
    orders: jobs.map((operations, job) => ({
      id: `J${job}`,
      operations: operations.map((modes, place) => ({ id: `${place}`, modes })),
    })),
  }
}

function jobShop(text: string): Problem {
  const [jobs, machines, ...rest] = numbers(text.replaceAll(/^#.*$/gm, '')) as [number, number]
  const values = rest as number[]
  return chains(
    Array.from({ length: jobs }, (_, job) =>
      Array.from({ length: machines }, (_, place) => {
        const at = 2 * (job * machines + place)
        return [{ equipment: `M${values[at]}`, fixedSeconds: values[at + 1]! }]
      }),
    ),
  )
}

function flexibleShop(text: string): Problem {
  const [header, ...lines] = text.trim().split(/\r?\n/)
  const [jobs] = numbers(header!) as [number]
  return chains(
    lines.slice(0, jobs).map((line) => {
      const take = reader(numbers(line))
      return times(take(), () =>
        times(take(), () => ({ equipment: `M${take()}`, fixedSeconds: take() })),
      )
    }),
  )
}

function workerShop(text: string): Problem {
  const [header, ...lines] = text.trim().split(/\r?\n/)
  const [jobs] = numbers(header!) as [number]
  return chains(
    lines.slice(0, jobs).map((line) => {
      const take = reader(numbers(line))
      return times(take(), () =>
        times(take(), () => {
          const equipment = `M${take()}`
          return times(take(), () => ({
            equipment,
            person: `W${take()}`,
            fixedSeconds: take(),
          }))
        }).flat(),
      )
    }),
  )
}

const reader = (values: readonly number[]) => {
  let at = 0
  return () => values[at++]!
}
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
