/** One line of the table: a figure, and the reference it was compared with in the same run. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the ratio is against; null where there is nothing to compare with. */
  readonly reference: string | null
  readonly ratio: number | null
  /** What must be reached, as it is printed; null where the row only reports. */
  readonly bar: string | null
  readonly reached: boolean | null
}

/** A benchmark: may print progress to standard error, answers with its rows. */
export interface Benchmark {
  readonly name: string
  readonly about: string
  run(): Promise<readonly Row[]>
}

/** A row with a bar on the figure, on the ratio, or on both. */
export function row(
  name: string,
  measured: { readonly value: number; readonly unit: string },
  against: { readonly reference: string; readonly value: number } | null,
  bar: {
    readonly atLeast?: number
    readonly atMost?: number
    readonly ratio?: number
    readonly ratioAtMost?: number
  } = {},
): Row {
  const ratio = against === null ? null : measured.value / against.value
  const { atLeast, atMost } = bar
  const checks = [
    atLeast === undefined
      ? null
      : { text: `>= ${grouped(atLeast)}`, ok: measured.value >= atLeast },
    atMost === undefined ? null : { text: `<= ${grouped(atMost)}`, ok: measured.value <= atMost },
    bar.ratio === undefined || ratio === null
      ? null
      : { text: `ratio >= ${bar.ratio}`, ok: ratio >= bar.ratio },
    bar.ratioAtMost === undefined || ratio === null
      ? null
      : { text: `ratio <= ${bar.ratioAtMost}`, ok: ratio <= bar.ratioAtMost },
  ].filter((check) => check !== null)
  return {
    name,
    value: measured.value,
    unit: measured.unit,
    reference: against?.reference ?? null,
    ratio,
    bar: checks.length === 0 ? null : checks.map(({ text }) => text).join(', '),
    reached: checks.length === 0 ? null : checks.every(({ ok }) => ok),
  }
}

export const grouped = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 })

/** The value below which the given share (0 to 1) of the sorted samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5)

/** Seconds that the work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}
