import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createSigner,
  parseSigner,
  parseVerifier,
  type Signer,
  type Verifier,
} from '../../commands/tlog/note.ts'

/** Only its owner may read it. */
const SECRET = 0o600

/** The key that signs checkpoints now, and every key that an old checkpoint may be signed with. */
export interface LogKeys {
  readonly signer: Signer
  /** The signer's first. */
  readonly trusted: readonly Verifier[]
}

const fileIn = (folder: string): string => join(folder, 'log-key')

/**
 * Keys from a setting or from the file `log-key` of the data folder: first the private key, then the
 * public keys that were in use before. Makes the file with a new key where there is neither.
 * @param origin name of a new key, and so of the log
 * @throws Error when the text or the file holds something else
 */
export function loadKeys(how: {
  readonly folder: string
  readonly origin: string
  readonly setting?: string | undefined
}): LogKeys {
  return parseKeys(how.setting ?? readOrCreate(how.folder, how.origin))
}

/** Replaces the key of the data folder by a new one; the old one goes on to verify. */
export function rotateKey(folder: string, origin: string): LogKeys {
  const before = parseKeys(readOrCreate(folder, origin))
  const signer = createSigner(before.signer.name)
  const keys = { signer, trusted: [signer, ...before.trusted] }
  const lines = [signer.secret, ...before.trusted.map(({ text }) => text)]
  const fresh = `${fileIn(folder)}.new`
  writeFileSync(fresh, `${lines.join('\n')}\n`, { mode: SECRET })
  renameSync(fresh, fileIn(folder))
  return keys
}

function parseKeys(text: string): LogKeys {
  const [secret = '', ...old] = text.split(/[\s,]+/).filter((part) => part.length > 0)
  const signer = parseSigner(secret)
  return { signer, trusted: [signer, ...old.map(parseVerifier)] }
}

function readOrCreate(folder: string, origin: string): string {
  const file = fileIn(folder)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, `${createSigner(origin).secret}\n`, { mode: SECRET, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
