import { createRequire } from 'node:module'
import type { Highs } from 'highs'
import {
  ProgramTooLarge,
  type LinearProgram,
  type Row,
  type SolveLinear,
} from '../../domain/planning/linear-program.ts'

/** Whoever waits longer has gone away; the thread is blocked meanwhile. */
const SECONDS = 60
/** What an objective may give up of its best for those behind it: rounding, no more. */
const SLACK = 1e-7

const require = createRequire(import.meta.url)
let loading: Promise<Highs> | undefined

/** Its types describe the CommonJS build alone, so that is the one to load. */
function load(): Promise<Highs> {
  const { default: start }: typeof import('highs') = require('highs')
  return start()
}

/**
 * HiGHS, compiled to WebAssembly and loaded with the first program. Its interior point method, which ends in a vertex,
 * took 11 s of processor time for 72,000 columns where the simplex method took more than 60. On the calling thread:
 * the same program gives the same answer.
 */
export const solveLinear: SolveLinear = async (program) => {
  const highs = await (loading ??= load())
  const { upper, rows, objectives } = program
  const columns = upper.length
  const bound = (value: number): number =>
    value === Infinity ? highs.infinity : value === -Infinity ? -highs.infinity : value
  const model = highs.createModel({
    ...{ numCols: columns, numRows: rows.length },
    colCost: new Float64Array(columns),
    colLower: new Float64Array(columns),
    colUpper: upper.map(bound),
    rowLower: rows.map(({ least }) => bound(least)),
    rowUpper: rows.map(({ most }) => bound(most)),
    matrix: matrixOf(rows, columns),
  })
  try {
    model.options.set({ output_flag: false, solver: 'ipm', time_limit: SECONDS })
    let values = new Float64Array(columns)
    for (const costs of objectives) {
      model.changeColsCost({ kind: 'range', from: 0, to: columns - 1 }, costs)
      const { modelStatus } = model.run()
      if (modelStatus !== highs.constants.modelStatus.optimal)
        throw modelStatus === highs.constants.modelStatus.timeLimit
          ? new ProgramTooLarge(`no optimum of ${columns} columns was found within ${SECONDS} s`)
          : new Error(`a linear program has no optimum: status ${modelStatus}`)
      values = Float64Array.from(model.getSolution().colValue)
      const best = model.getObjectiveValue()
      const held = [...costs.keys()].filter((column) => costs[column] !== 0)
      model.addRow(-highs.infinity, best + SLACK * Math.max(1, Math.abs(best)), {
        indices: Int32Array.from(held),
        values: Float64Array.from(held, (column) => costs[column]!),
      })
    }
    return values
  } finally {
    model.dispose()
  }
}

/** Compressed by row. */
function matrixOf(rows: LinearProgram['rows'], columns: number) {
  const size = rows.reduce((sum, { terms }) => sum + terms.length, 0)
  const starts = new Int32Array(rows.length + 1)
  const indices = new Int32Array(size)
  const values = new Float64Array(size)
  let at = 0
  const put = ({ terms }: Row): void => {
    for (const [column, factor] of terms) {
      indices[at] = column
      values[at++] = factor
    }
  }
  for (const [number, row] of rows.entries()) {
    put(row)
    starts[number + 1] = at
  }
  return { format: 'csr', numRows: rows.length, numCols: columns, starts, indices, values } as const
}
