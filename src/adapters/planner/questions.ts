import { Worker } from 'node:worker_threads'
import { ProgramTooLarge } from '../../domain/planning/linear-program.ts'
import {
  QuestionGivenUp,
  TooManyQuestions,
  type AnswerOf,
  type Answers,
  type AskPlanning,
} from '../../projections/planning/questions.ts'
import { ask } from './ask.ts'

export interface Asked {
  readonly kind: keyof Answers
  readonly question: unknown
}
export type Said =
  | { readonly answer: unknown }
  | { readonly failed: string; readonly isTooLarge: boolean }

export interface QuestionLimits {
  /** Threads, and questions that are answered at one time. */
  readonly threads: number
  /** Questions that wait for a thread. */
  readonly waiting: number
}

/** One thread can be busy with a large plant while the other answers for small ones. */
const USUAL: QuestionLimits = { threads: 2, waiting: 20 }

export interface Questions {
  readonly ask: AskPlanning
  /** Gives up whatever is under way. */
  readonly close: () => Promise<void>
}

/**
 * Threads that answer questions to planning. Each is started when it is first needed (about 0.1 s) and kept; one
 * whose question is given up is ended.
 */
export function createQuestions({ threads, waiting: most }: QuestionLimits = USUAL): Questions {
  const idle: Worker[] = []
  const waiting: (() => void)[] = []
  const closed = new AbortController()
  let busy = 0

  const place = async (signal: AbortSignal): Promise<void> => {
    if (busy < threads) {
      busy++
      return
    }
    if (waiting.length >= most)
      throw new TooManyQuestions(`${waiting.length} questions to planning wait already; ask later`)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const turn = (): void => resolve(true)
    const leave = (): void => {
      const at = waiting.indexOf(turn)
      if (at < 0) return
      waiting.splice(at, 1)
      resolve(false)
    }
    waiting.push(turn)
    signal.addEventListener('abort', leave, { once: true })
    const has = await promise
    signal.removeEventListener('abort', leave)
    if (!has) throw new QuestionGivenUp('the question was given up while it waited')
  }
  const next = (): void => {
    const turn = waiting.shift()
    if (turn) turn()
    else busy--
  }
  const answered = async (asked: Asked, signal: AbortSignal): Promise<Said> => {
    const worker = idle.pop() ?? new Worker(new URL('./question-worker.ts', import.meta.url))
    worker.ref()
    const { promise: aborted, resolve: abort } = Promise.withResolvers<null>()
    const giveUp = (): void => abort(null)
    signal.addEventListener('abort', giveUp, { once: true })
    let said: Said | null = null
    try {
      const answer = ask<Said>(worker, asked)
      answer.catch(() => {})
      said = signal.aborted ? null : await Promise.race([answer, aborted])
    } finally {
      signal.removeEventListener('abort', giveUp)
      if (said && !closed.signal.aborted) {
        worker.unref()
        idle.push(worker)
      } else await worker.terminate()
    }
    if (!said) throw new QuestionGivenUp('the question was given up')
    return said
  }

  return {
    async ask(kind, question, given) {
      const signal = given ? AbortSignal.any([given, closed.signal]) : closed.signal
      if (signal.aborted) throw new QuestionGivenUp('the question was given up')
      await place(signal)
      try {
        const said = await answered({ kind, question }, signal)
        if ('failed' in said)
          throw said.isTooLarge ? new ProgramTooLarge(said.failed) : new Error(said.failed)
        return said.answer as AnswerOf<typeof kind>
      } finally {
        next()
      }
    },
    async close() {
      closed.abort()
      await Promise.all(idle.splice(0).map((worker) => worker.terminate()))
    },
  }
}
