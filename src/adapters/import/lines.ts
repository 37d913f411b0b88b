import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ImportError, unreadable } from './errors.ts'

export interface Line {
  /** 1-based, as an editor counts. */
  readonly number: number
  readonly text: string
}

/** Some hundred lines at once: one promise a line would cost more than the line. */
export interface LineBlock {
  readonly lines: readonly Line[]
  /** Bytes of the file read so far. */
  readonly bytes: number
}

/** A log line is some hundred bytes; a "line" of a megabyte is another kind of file. */
const MAX_LINE = 1_000_000
const NUL = '\u0000'
const BOM = '\uFEFF'
const LOOKED_AT = 64 * 1024

/**
 * Reads a UTF-8 text file in blocks of lines, without the byte order mark and with either line end.
 * Holds one block in memory.
 * @throws ImportError when the file cannot be read or is not text
 */
export async function* readLines(file: string): AsyncGenerator<LineBlock> {
  let rest = ''
  let number = 0
  let bytes = 0
  try {
    for await (const chunk of createReadStream(file, {
      encoding: 'utf8',
    }) as AsyncIterable<string>) {
      if (bytes === 0 && chunk.includes(NUL))
        throw new ImportError(file, 'is not a text file: it has NUL bytes')
      bytes += Buffer.byteLength(chunk)
      const parts = (rest + (number === 0 && rest === '' ? withoutBom(chunk) : chunk)).split('\n')
      rest = parts.pop()!
      if (rest.length > MAX_LINE)
        throw new ImportError(file, `is not a log: a line is longer than ${MAX_LINE} characters`)
      if (parts.length > 0) yield { lines: parts.map((text) => line(++number, text)), bytes }
    }
  } catch (error) {
    throw error instanceof ImportError ? error : unreadable(file, error)
  }
  if (rest !== '') yield { lines: [line(number + 1, rest)], bytes }
}

const withoutBom = (text: string): string => (text.startsWith(BOM) ? text.slice(1) : text)
const line = (number: number, text: string): Line => ({
  number,
  text: text.endsWith('\r') ? text.slice(0, -1) : text,
})

/** The whole of a text file that must fit into memory. @throws ImportError */
export async function readText(file: string, maxBytes: number): Promise<string> {
  if ((await sizeOf(file)) > maxBytes)
    throw new ImportError(file, `is larger than the ${maxBytes} bytes that are read at once`)
  let text = ''
  try {
    for await (const chunk of createReadStream(file, { encoding: 'utf8' })) text += chunk
  } catch (error) {
    throw unreadable(file, error)
  }
  return withoutBom(text)
}

/** Bytes of a file. @throws ImportError when it is not there or no file */
export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  if (!found.isFile()) throw new ImportError(file, 'is not a file; name the files in it')
  return found.size
}

/**
 * Names a file as a source: its base name with a mark of its first two lines. So a file that was
 * moved, or has grown at its end, is the same source, and another one of the same name is not.
 */
export async function sourceOf(format: string, file: string): Promise<string> {
  let start = ''
  try {
    const head = createReadStream(file, { encoding: 'utf8', end: LOOKED_AT - 1 })
    for await (const chunk of head) start += chunk
  } catch (error) {
    throw unreadable(file, error)
  }
  const lines = withoutBom(start)
    .split('\n', 2)
    .map((text) => line(0, text).text)
  const mark = hash('sha256', lines.join('\n'), 'hex').slice(0, 8)
  return `${format}:${basename(file)}@${mark}`
}
