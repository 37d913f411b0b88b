import type { Worker } from 'node:worker_threads'

/**
 * Sends the question to a thread and waits for its one answer.
 * @throws Error when the thread fails or ends without having answered
 */
export function ask<Answer>(worker: Worker, question: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      worker.off('message', answered)
      worker.off('error', failed)
      worker.off('exit', ended)
      how()
    }
    const answered = (answer: Answer): void => settle(() => resolve(answer))
    const failed = (error: Error): void => settle(() => reject(error))
    const ended = (code: number): void =>
      settle(() => reject(new Error(`the thread ended with ${code} before it answered`)))
    worker.on('message', answered)
    worker.on('error', failed)
    worker.on('exit', ended)
    worker.postMessage(question, [])
  })
}
