import { ProgramTooLarge } from '../domain/planning/linear-program.ts'
import {
  QuestionGivenUp,
  TooManyQuestions,
  type AnswerOf,
  type Answers,
  type QuestionOf,
} from '../projections/planning/questions.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { plannerOf } from './planning-read.ts'

/**
 * Has a question to planning answered on a thread; given up when the client goes away.
 * @throws GraphQLError `PlanningBusy`, or `LevellingTooLarge`
 */
export async function askPlanning<K extends keyof Answers>(
  context: Context,
  kind: K,
  question: QuestionOf<K>,
): Promise<AnswerOf<K>> {
  try {
    return await plannerOf(context).ask(kind, question, context.errand?.gone?.())
  } catch (error) {
    if (error instanceof TooManyQuestions || error instanceof QuestionGivenUp)
      throw apiError('PlanningBusy', `${error.message}.`)
    if (error instanceof ProgramTooLarge)
      throw apiError('LevellingTooLarge', `${error.message}; ask for fewer groups or stretches.`)
    throw error
  }
}
