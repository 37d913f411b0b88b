import { expect, test } from 'vitest'
import { checkpointText, parseCheckpoint } from '../../src/commands/tlog/checkpoint.ts'
import {
  createSigner,
  openNote,
  parseSigner,
  parseVerifier,
  signNote,
} from '../../src/commands/tlog/note.ts'

/** The example key and note of Go's golang.org/x/mod/sumdb/note. */
const SKEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n"
const NOTE =
  `${TEXT}\n` +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

test('known answer: the example of Go signs and verifies', () => {
  const signer = parseSigner(SKEY)
  expect(signer.text).toBe(VKEY)
  expect(signNote(TEXT, signer)).toBe(NOTE)
  expect(openNote(NOTE, [parseVerifier(VKEY)])).toBe(TEXT)
})

test('keys go through their text form, and a damaged one is refused', () => {
  const signer = createSigner('plant.example/log')
  expect(parseSigner(signer.secret).text).toBe(signer.text)
  expect(parseVerifier(signer.text).id).toEqual(signer.id)
  expect(() => parseSigner(SKEY.replace('c74f20a3', 'c74f20a4'))).toThrow('not a private key')
  expect(() => parseVerifier(VKEY.replace('ARpc', 'ARpd'))).toThrow('not a public key')
})

test('a changed text, another key, a broken form: not signed', () => {
  const verifier = parseVerifier(VKEY)
  expect(() => openNote(NOTE.replace('answer', 'Answer'), [verifier])).toThrow('is wrong')
  expect(() => openNote(NOTE, [createSigner('PeterNeumann')])).toThrow('not signed with a key')
  for (const broken of ['', TEXT, NOTE.slice(0, -1), `${TEXT}\nno signature\n`])
    expect(() => openNote(broken, [verifier])).toThrow('not a signed note')
})

test('a checkpoint is three lines', () => {
  const checkpoint = { origin: 'plant.example/log', size: 12, root: Buffer.alloc(32, 7) }
  expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint)
  for (const wrong of ['', 'a\n-1\nAAAA\n', `a\n012\n${Buffer.alloc(32).toString('base64')}\n`])
    expect(() => parseCheckpoint(wrong)).toThrow('not a checkpoint')
})
