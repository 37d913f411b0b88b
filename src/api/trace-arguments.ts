import { apiError } from './errors.ts'
import type { TraceOf } from './trace-read.ts'

/** A place in a trace: the view it was begun in, and how many nodes came before. */
export const cursorOf = (end: number, { view: { position } }: TraceOf): string =>
  Buffer.from(`${position}.${end}`).toString('base64url')

/** @throws GraphQLError InvalidInput for what is none */
export function parseCursor(cursor: string): { readonly position: number; readonly end: number } {
  const [position, end, ...rest] = Buffer.from(cursor, 'base64url')
    .toString()
    .split('.')
    .map(Number)
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(end) || rest.length > 0)
    throw apiError('InvalidInput', `after ${JSON.stringify(cursor)} is not a cursor of a trace.`)
  return { position: position!, end: end! }
}

/** @throws GraphQLError InvalidInput where it is not between 1 and `most` */
export function within(name: string, value: number, most: number): number {
  if (value < 1 || value > most)
    throw apiError('InvalidInput', `${name} ${value} is not between 1 and ${most}.`)
  return value
}
