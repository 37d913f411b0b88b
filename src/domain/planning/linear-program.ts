/** Columns from 0 to `upper`, rows at most `most`; each objective is a cost per column, to be least. */
export interface LinearProgram {
  /** By column; Infinity where there is no limit. */
  readonly upper: Float64Array
  readonly rows: readonly Row[]
  /** The first before the second: what is best for one is kept for those behind it. */
  readonly objectives: readonly Float64Array[]
}

export interface Row {
  readonly terms: readonly Term[]
  readonly most: number
  /** At least; -Infinity where there is no limit. */
  readonly least: number
}
export type Term = readonly [column: number, factor: number]

/** More than can be solved in the time there is. */
export class ProgramTooLarge extends Error {}

/** The value of each column at the optimum. @throws ProgramTooLarge when time ran out */
export type SolveLinear = (program: LinearProgram) => Promise<Float64Array>
