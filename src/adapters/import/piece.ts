import { roleByName } from '../../domain/equipment/mtconnect-items.ts'
import type { Sample } from '../../domain/equipment/mtconnect-signals.ts'
import { normal, UNAVAILABLE } from '../../domain/equipment/mtconnect.ts'

/** Adapters say the program that runs some 100 ms after it was started. */
const PROGRAM_SAID_WITHIN_MS = 5_000
/** Hurco controls say what is open in the editor, which is what the next start runs. */
const LOADED = 'program_name_editing'

/** One operation on one piece, as the samples of its file show it. */
export interface PieceRun {
  /** Epoch milliseconds: first ACTIVE and last word of the execution. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly program: string | null
}

/**
 * Watches the samples of one file for the operation it recorded: from the first ACTIVE to the last
 * thing the execution said, stops in between included.
 * @param loaded program in the control before the file begins, from the file before
 */
export function watchPiece(loaded: string | null) {
  let startedAt: number | null = null
  let endedAt: number | null = null
  let program: string | null = null
  return {
    see({ at, item, value }: Sample): void {
      const role = roleByName(item)
      if (role === 'execution') {
        const word = normal(value)
        if (word === UNAVAILABLE) return
        if (startedAt === null && word === 'ACTIVE') {
          startedAt = at
          program = loaded
        }
        if (startedAt !== null) endedAt = at
      } else if (role === 'program' || item.toLowerCase() === LOADED) {
        const name = value.trim()
        if (name === '' || name === UNAVAILABLE) return
        loaded = name
        const isOfStart = startedAt !== null && at - startedAt <= PROGRAM_SAID_WITHIN_MS
        if (role === 'program' && isOfStart) program = name
      }
    },
    run: (): PieceRun => ({ startedAt, endedAt, program }),
    loaded: (): string | null => loaded,
  }
}
