import { hash } from 'node:crypto'
import type pg from 'pg'
import type { Reading } from '../read-models.ts'
import { codeOf } from './refusals.ts'

/** Statements prepared on each connection: a few dozen are asked day in, day out. */
const MAX_PREPARED = 300
/** SQLSTATE feature_not_supported: the columns of a view have other types since it was prepared. */
const OTHER_TYPES = '0A000'

/** Asks the database a generated statement. */
export type Ask = <Row extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[],
) => Promise<readonly Row[]>

/**
 * Prepares statements under a name that follows from their text: parsing and analysing one took the
 * database as long as executing it. What comes beyond the first few hundred is asked unprepared, and so
 * is what a rebuilt read model has made invalid.
 */
export function createAsk(pool: Reading): Ask {
  const names = new Map<string, string | null>()
  const nameOf = (text: string): string | null => {
    const known = names.get(text)
    if (known !== undefined || names.size >= MAX_PREPARED) return known ?? null
    const name = `read ${hash('sha1', text)}`
    names.set(text, name)
    return name
  }
  return async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => {
    const name = nameOf(text)
    const query = { text, values: [...values] }
    if (name === null) return (await pool.query<Row>(query)).rows
    try {
      return (await pool.query<Row>({ name, ...query })).rows
    } catch (error) {
      if (codeOf(error) !== OTHER_TYPES) throw error
      names.set(text, null)
      return (await pool.query<Row>(query)).rows
    }
  }
}

/**
 * Who asks for the very same while it is waiting to be asked gets the same answer: a hundred boards that
 * show one list. A question is never answered by one that was sent before it came.
 */
export function createShared() {
  const waiting = new Map<string, Promise<any>>()
  const sent = new Map<string, Promise<any>>()

  return <T>(question: string, work: () => Promise<T>): Promise<T> => {
    const queued = waiting.get(question)
    if (queued) return queued
    const send = (): Promise<T> => {
      waiting.delete(question)
      const asked = work().finally(() => {
        if (sent.get(question) === asked) sent.delete(question)
      })
      sent.set(question, asked)
      return asked
    }
    const before = sent.get(question)
    if (!before) return send()
    const next = before.then(send, send)
    waiting.set(question, next)
    return next
  }
}
