import { afterEach, expect, test } from 'vitest'
import { createQuestions, type Questions } from '../../../src/adapters/planner/questions.ts'
import type { Problem } from '../../../src/domain/planning/problem.ts'
import {
  answersWith,
  QuestionGivenUp,
  TooManyQuestions,
} from '../../../src/projections/planning/questions.ts'

let questions: Questions
afterEach(() => questions.close())

const order = (id: string, operations = 1) => ({
  id,
  operations: Array.from({ length: operations }, (_, i) => ({
    ...{ id: `${i}`, modes: [{ equipment: `M${i % 5}`, fixedSeconds: 60 + i }] },
  })),
})
const plant = (orders: number, operations = 1): Problem => ({
  equipment: [0, 1, 2, 3, 4].map((i) => ({ id: `M${i}` })),
  orders: Array.from({ length: orders }, (_, i) => order(`${i}`, operations)),
})
/** One order is planned to begin at once, where the new one would be done too. */
const small = {
  order: order('NEW'),
  problem: {
    ...plant(1),
    orders: plant(1).orders.map((one) => ({
      ...one,
      operations: one.operations.map((o) => ({ ...o, planned: { mode: 0, start: 0 } })),
    })),
  },
}
/** Takes a thread many seconds. */
const large = { problem: plant(1_500, 6), order: order('NEW', 5) }

test('an answer is that of the question, and the thread serves the next one', async () => {
  questions = createQuestions({ threads: 1, waiting: 1 })
  for (let i = 0; i < 2; i++) {
    const { inGaps, first } = await questions.ask('promise', small)
    expect(inGaps).toMatchObject({ end: 120, rows: [{ order: 'NEW', start: 60 }], pushed: [] })
    expect(first).toMatchObject({ end: 60, pushed: [{ order: '0', seconds: 60 }] })
  }
})

test('what breaks a rule is told in words, and the thread lives on', async () => {
  questions = createQuestions({ threads: 1, waiting: 1 })
  await expect(questions.ask('promise', { ...small, order: order('0') })).rejects.toThrow(
    'there is an order 0 already',
  )
  expect(await questions.ask('promise', small)).toMatchObject({ inGaps: { end: 120 } })
})

test('more than can wait are refused; one that is given up leaves its place to the next', async () => {
  questions = createQuestions({ threads: 1, waiting: 1 })
  const [stop, leave] = [new AbortController(), new AbortController()]
  const long = questions.ask('promise', large, stop.signal)
  const waiting = questions.ask('promise', small, leave.signal)
  await expect(questions.ask('promise', small)).rejects.toThrow(TooManyQuestions)
  leave.abort()
  await expect(waiting).rejects.toThrow(QuestionGivenUp)
  const next = questions.ask('promise', small)
  stop.abort()
  await expect(long).rejects.toThrow(QuestionGivenUp)
  expect(await next).toMatchObject({ inGaps: { end: 120 } })
})

test('the thread of the caller has next to nothing to do with it', async () => {
  questions = createQuestions({ threads: 1, waiting: 0 })
  const asked = { problem: plant(300, 5), order: order('NEW', 5) }
  const costOf = async (work: () => unknown): Promise<number> => {
    const before = process.threadCpuUsage()
    await work()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1_000
  }
  const answers = answersWith(() => Promise.reject(new Error('nothing to solve')))
  const here = await costOf(() => answers.promise(asked))
  const there = await costOf(() => questions.ask('promise', asked))
  expect(there).toBeLessThan(here / 3)
})

test('closed, it answers nothing and leaves no thread behind', async () => {
  questions = createQuestions({ threads: 1, waiting: 1 })
  const long = questions.ask('promise', large)
  await questions.close()
  await expect(long).rejects.toThrow(QuestionGivenUp)
  await expect(questions.ask('promise', small)).rejects.toThrow(QuestionGivenUp)
})
