/** Signed notes (C2SP signed-note) with Ed25519 keys in the text form that Go's sumdb/note has too. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'

/** Number of Ed25519 among the algorithms of signed notes. */
const ED25519 = 1
const ID_BYTES = 4
const KEY_BYTES = 32
/** What stands before a raw key in DER (RFC 8410, section 7 and 4). */
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex')

export interface Verifier {
  readonly name: string
  /** First bytes of each of its signatures. */
  readonly id: Buffer
  readonly key: KeyObject
  /** `name+id+key`, to be given to whoever verifies. */
  readonly text: string
}

export interface Signer extends Verifier {
  /** `PRIVATE+KEY+name+id+key`: a secret. */
  readonly secret: string
  sign(text: string): Buffer
}

/** @param name origin of the log; without spaces and plus signs */
export const createSigner = (name: string): Signer =>
  signerOf(name, rawOf(generateKeyPairSync('ed25519').privateKey, PRIVATE_DER, 'pkcs8'))

/** @throws Error when it is no private key of ours */
export function parseSigner(secret: string): Signer {
  const [, name, id, key] =
    /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([\w+/=]+)$/.exec(secret) ?? []
  const signer = name && key ? signerOf(name, rawKey(key)) : null
  if (signer?.id.toString('hex') !== id || !signer)
    throw new Error('not a private key of the form PRIVATE+KEY+name+id+key')
  return signer
}

/** @throws Error when it is no public key of ours */
export function parseVerifier(text: string): Verifier {
  const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+([\w+/=]+)$/.exec(text) ?? []
  const verifier = name && key ? verifierOf(name, rawKey(key)) : null
  if (verifier?.id.toString('hex') !== id || !verifier)
    throw new Error(`${text} is not a public key of the form name+id+key`)
  return verifier
}

function rawKey(base64: string): Buffer {
  const [algorithm, ...key] = Buffer.from(base64, 'base64')
  if (algorithm !== ED25519 || key.length !== KEY_BYTES) throw new Error('not an Ed25519 key')
  return Buffer.from(key)
}

const rawOf = (key: KeyObject, prefix: Buffer, type: 'pkcs8' | 'spki'): Buffer =>
  key.export({ format: 'der', type: type as 'spki' }).subarray(prefix.length)

function verifierOf(name: string, raw: Buffer): Verifier {
  const marked = Buffer.concat([Buffer.of(ED25519), raw])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), marked]), 'buffer').subarray(
    0,
    ID_BYTES,
  )
  const der = Buffer.concat([PUBLIC_DER, raw])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return { name, id, key, text: `${name}+${id.toString('hex')}+${marked.toString('base64')}` }
}

function signerOf(name: string, seed: Buffer): Signer {
  const der = Buffer.concat([PRIVATE_DER, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const verifier = verifierOf(name, rawOf(createPublicKey(key), PUBLIC_DER, 'spki'))
  const marked = Buffer.concat([Buffer.of(ED25519), seed]).toString('base64')
  return {
    ...verifier,
    secret: `PRIVATE+KEY+${name}+${verifier.id.toString('hex')}+${marked}`,
    sign: (text) => sign(null, Buffer.from(text), key),
  }
}

/** The text with a signature line below. @param text ends with a line feed */
export const signNote = (text: string, signer: Signer): string => {
  const signature = Buffer.concat([signer.id, signer.sign(text)]).toString('base64')
  return `${text}\n\u2014 ${signer.name} ${signature}\n`
}

/**
 * The text of a note that one of these keys has signed.
 * @throws Error when none has, or a signature of one of them is wrong
 */
export function openNote(note: string, verifiers: readonly Verifier[]): string {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) throw new Error('not a signed note')
  const text = note.slice(0, end + 1)
  let signed = false
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, base64] = /^\u2014 (\S+) ([\w+/=]+)$/.exec(line) ?? []
    if (!name || !base64) throw new Error('not a signed note')
    const signature = Buffer.from(base64, 'base64')
    const known = verifiers.find(
      (v) => v.name === name && v.id.equals(signature.subarray(0, ID_BYTES)),
    )
    if (!known) continue
    if (!verify(null, Buffer.from(text), known.key, signature.subarray(ID_BYTES)))
      throw new Error(`the signature of ${name} is wrong`)
    signed = true
  }
  if (!signed) throw new Error('not signed with a key that is trusted here')
  return text
}
