import type { Span as Stretch } from '../../domain/calendar/working-time.ts'
import type { Span } from '../../domain/planning/problem.ts'

/** The window of a plan: instants outside, whole seconds after its start inside. */
export interface Horizon {
  /** ISO-8601; 0 of the plan, a whole second. */
  readonly at: string
  readonly to: string
  /** Length in seconds. */
  readonly seconds: number
  /** Last whole second at or before a moment. */
  readonly floor: (instant: string) => number
  /** First whole second at or after a moment. */
  readonly ceil: (instant: string) => number
  /** What of a stretch is whole seconds inside the window; empty where nothing is. */
  readonly span: (stretch: Stretch) => Span
  readonly instant: (seconds: number) => string
}

/** @param at ISO-8601; the plan begins with the next whole second */
export function horizonOf(at: string, lengthMs: number): Horizon {
  const base = Math.ceil(Date.parse(at) / 1_000)
  const seconds = Math.floor(lengthMs / 1_000)
  const instant = (n: number): string => new Date((base + n) * 1_000).toISOString()
  const floor = (moment: string): number => Math.floor(Date.parse(moment) / 1_000) - base
  const ceil = (moment: string): number => Math.ceil(Date.parse(moment) / 1_000) - base
  return {
    ...{ at: instant(0), to: instant(seconds), seconds, floor, ceil, instant },
    span: ({ from, to }) => ({
      from: Math.max(0, ceil(from)),
      to: Math.min(seconds, floor(to)),
    }),
  }
}

/** Whole seconds that a duration takes, rounded up: nothing is planned shorter than it is. */
export const secondsOf = (ms: number): number => Math.ceil(ms / 1_000)
