/** A file or mapping that cannot be imported at all; the message names it. For the person at the keyboard. */
export class ImportError extends Error {
  constructor(file: string, why: string, cause?: unknown) {
    super(`${file}: ${why}`, { cause })
    this.name = 'ImportError'
  }
}

/** Turns an error of the file system into one sentence. */
export function unreadable(file: string, error: unknown): ImportError {
  const code = (error as { code?: unknown } | null)?.code
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read by this user'
        : code === 'EISDIR'
          ? 'is a folder; name the files in it'
          : `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  return new ImportError(file, why, error)
}
