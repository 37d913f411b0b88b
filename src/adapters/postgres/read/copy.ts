import type pg from 'pg'
import type { Keyed, Projection } from '../../../projections/projection.ts'
import type { Packed, Packer } from '../../../projections/tables.ts'
import { copyLines } from './columns.ts'

/** What @types/pg leaves out. */
type CopyingConnection = pg.Connection & {
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** One table's share of a flush. */
export interface Copy {
  /** `copy TABLE (...) from stdin` */
  readonly statement: string
  /** CopyData messages: rows in COPY's text format. */
  readonly messages: () => readonly Buffer[]
}

/** The copy at this place of the list was refused; the cause is what the server said. */
export class CopyFailed extends Error {
  readonly index: number
  constructor(index: number, cause: unknown) {
    super(`copy ${index} failed`, { cause })
    this.name = 'CopyFailed'
    this.index = index
  }
}

/**
 * Fills several tables in one round trip: all statements as one query, and their rows sent ahead without
 * waiting to be asked for each (the protocol lets the server pass over rows that it no longer wants after
 * an error). Asked for one by one, each table costs two round trips, and in a rebuild each of those waits
 * until Node has folded what it is at.
 * @param client not in pipeline mode, inside a transaction
 * @throws CopyFailed
 */
export const copyAll = (client: pg.Client, copies: readonly Copy[]): Promise<void> =>
  copies.length === 0
    ? Promise.resolve()
    : new Promise((resolve, reject) => {
        let done = 0
        let failure: CopyFailed | null = null
        const nothing = () => {}
        client.query({
          submit(connection: CopyingConnection) {
            connection.query(copies.map(({ statement }) => statement).join(';'))
            for (const [index, { messages }] of copies.entries())
              try {
                for (const message of messages()) connection.stream.write(message)
                connection.endCopyFrom()
              } catch (error) {
                failure ??= new CopyFailed(index, error)
                connection.sendCopyFail('the rows cannot be written as text')
              }
          },
          callback: nothing,
          handleCopyInResponse: nothing,
          handleCommandComplete: () => void done++,
          handleError: (error: unknown) => reject(failure ?? new CopyFailed(done, error)),
          handleReadyForQuery: () => resolve(),
        } as unknown as pg.Submittable)
      })

const COPY_DATA = 0x64
const HEADER = 5

/** Makes a CopyData message of it: type, length of the rest with itself, rows. */
function headed(message: Buffer): Buffer {
  message[0] = COPY_DATA
  message.writeInt32BE(message.length - 1, 1)
  return message
}

export function copyMessages(p: Projection, rows: readonly Keyed<object>[]): readonly Buffer[] {
  const packer = createPacker(p)
  for (const row of rows) packer.add(row)
  return packer.take().messages
}

/** Packed rows: messages that are ready to be sent. */
export interface PackedMessages extends Packed {
  readonly messages: readonly Buffer[]
}

interface MessagePacker extends Packer {
  take(): PackedMessages
}

/** A thousand rows or so. */
const PACK_BYTES = 128 * 1024
/** Characters written at once: for each row by itself, the call into native code costs as much again. */
const WRITE_CHARS = 4_096
/** UTF-8 of one UTF-16 code unit. */
const MAX_BYTES_PER_CHAR = 3

export function createPacker(p: Projection): MessagePacker {
  const line = copyLines(p)
  let rows = 0
  let messages: Buffer[] = []
  let open = Buffer.alloc(0)
  let end = 0
  let text = ''
  const put = (): void => {
    const most = text.length * MAX_BYTES_PER_CHAR
    if (end === 0 || end + most > open.length) {
      seal()
      open = Buffer.allocUnsafe(Math.max(PACK_BYTES, HEADER + most))
      end = HEADER
    }
    end += open.write(text, end)
    text = ''
  }
  const seal = (): void => {
    if (end > HEADER) messages.push(headed(open.subarray(0, end)))
    end = 0
  }
  return {
    add(row) {
      text += line(row)
      rows++
      if (text.length >= WRITE_CHARS) put()
    },
    get rows() {
      return rows
    },
    take(): PackedMessages {
      if (text !== '') put()
      seal()
      const packed = { rows, messages }
      rows = 0
      messages = []
      return packed
    },
  }
}
