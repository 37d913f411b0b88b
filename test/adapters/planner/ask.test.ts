import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ask } from '../../../src/adapters/planner/ask.ts'

const thread = (code: string): Worker =>
  new Worker(`const { parentPort } = require('node:worker_threads'); ${code}`, { eval: true })

test('a thread answers each question once', async () => {
  const worker = thread(`parentPort.on('message', (n) => parentPort.postMessage(n + 1))`)
  expect(await ask<number>(worker, 1)).toBe(2)
  expect(await ask<number>(worker, 2)).toBe(3)
  expect(worker.listenerCount('message') + worker.listenerCount('exit')).toBe(0)
  await worker.terminate()
})

test('a thread that fails, or ends without an answer, is an error and no wait for ever', async () => {
  const failing = thread(`parentPort.on('message', () => { throw new RangeError('no') })`)
  await expect(ask(failing, 1)).rejects.toThrow('no')
  const ending = thread(`parentPort.on('message', () => process.exit(3))`)
  await expect(ask(ending, 1)).rejects.toThrow('the thread ended with 3 before it answered')
})
