import { setTimeout as delay } from 'node:timers/promises'
import { shiftReportId } from '../../domain/kpi/shift-events.ts'
import { shiftReport } from '../../domain/kpi/shift-report.ts'
import type { Execute } from '../execute.ts'
import { uuid5 } from '../ids.ts'
import type { Clock } from '../ports.ts'
import type { ClosedShift } from './shift-index.ts'

/** Shifts that ended by a moment, ISO-8601, and that nobody has closed yet. */
export type DueShifts = (endedBy: string) => Promise<readonly ClosedShift[]>

/** How often it is looked at the calendars: a shift is closed so much later at most. */
const EVERY_MS = 10_000

/** Closes shifts a grace time after their end, so that what comes a little late is in the report. */
export async function runShiftClosing({
  due,
  execute,
  clock,
  graceMs,
  signal,
}: {
  readonly due: DueShifts
  readonly execute: Execute
  readonly clock: Clock
  readonly graceMs: number
  readonly signal: AbortSignal
}): Promise<void> {
  while (!signal.aborted) {
    const endedBy = new Date(Date.parse(clock.now()) - graceMs).toISOString()
    await closeShifts(await due(endedBy), { execute, now: clock.now() })
    await delay(EVERY_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** Several processes may close the same shift: it is the same command. */
async function closeShifts(
  shifts: readonly ClosedShift[],
  { execute, now }: { readonly execute: Execute; readonly now: string },
): Promise<void> {
  const close = async ({ site, ...shift }: ClosedShift) =>
    execute(
      shiftReport,
      { type: 'CloseShift', ...shift },
      {
        commandId: uuid5(`shift-closing/${shiftReportId(shift)}`),
        ...{ actor: 'system', site, source: 'policy', occurredAt: now },
      },
    )
  await Promise.all(shifts.map(close))
}
