import { parentPort } from 'node:worker_threads'
import { ProgramTooLarge } from '../../domain/planning/linear-program.ts'
import { answersWith } from '../../projections/planning/questions.ts'
import type { Asked, Said } from './questions.ts'
import { solveLinear } from './solve-linear.ts'

const answers = answersWith(solveLinear)

parentPort!.on('message', ({ kind, question }: Asked) => {
  void answer(kind, question).then((said) => parentPort!.postMessage(said, []))
})

async function answer(kind: Asked['kind'], question: unknown): Promise<Said> {
  try {
    const reckon: (question: any) => unknown = answers[kind]
    return { answer: await reckon(question) }
  } catch (error) {
    const { message } = error as Error
    return { failed: message, isTooLarge: error instanceof ProgramTooLarge }
  }
}
