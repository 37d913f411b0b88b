import DataLoader from 'dataloader'
import { recordHash } from '../commands/signing/record-hash.ts'
import type { Recorded } from '../domain/event.ts'
import { SIGNED_OFF } from '../domain/workflow/events.ts'
import { signatureRuleKey, signatureRuleTable } from '../projections/workflow/signature-rules.ts'
import type { SignatureRow } from '../projections/workflow/signatures.ts'
import type { Context } from './context.ts'

/** What a signature is worth now. */
export interface SignatureCheck {
  /** No fact came after the signed ones but the one they were signed for, and they are what was signed. */
  readonly valid: boolean
  /** The signed facts themselves give the hash that was signed; false: the log was tampered with. */
  readonly hashMatches: boolean
  /** Facts of the record after the signed ones, without that one. */
  readonly later: readonly Recorded[]
}

type Facts = readonly Recorded[]
const loaders = new WeakMap<Context, DataLoader<string, Facts>>()

/** All facts of a record, payloads as they were written; signatures of one record share a read. */
export function recordFacts(stream: string, context: Context): Promise<Facts> {
  const known = loaders.get(context)
  if (known) return known.load(stream)
  const { store } = context
  // No cache: a subscription keeps its context, and a record may have changed since.
  const loader = new DataLoader<string, Facts>(
    async (streams) => {
      const distinct = [...new Set(streams)]
      const read = distinct.map((one) => store.readStream(one, { asStored: true }))
      const facts = new Map((await Promise.all(read)).map((of, i) => [distinct[i], of] as const))
      return streams.map((one) => facts.get(one)!)
    },
    { cache: false },
  )
  loaders.set(context, loader)
  return loader.load(stream)
}

/**
 * Holds a signature against the log: its hash is computed anew from the facts of the record. What a rule
 * of the site has wait for signatures, and came next, changed nothing of what was signed.
 */
export async function checkSignature(
  { stream, kind, revision, hash }: Pick<SignatureRow, 'stream' | 'kind' | 'revision' | 'hash'>,
  context: Context,
): Promise<SignatureCheck> {
  const facts = await recordFacts(stream, context)
  const hashMatches = recordHash(stream, facts.slice(0, revision + 1)) === hash
  const [next, ...rest] = facts.slice(revision + 1)
  const later = next && !(await waited(next, kind, context)) ? [next, ...rest] : rest
  return { valid: hashMatches && later.length === 0, hashMatches, later }
}

async function waited(
  { type, metadata: { site } }: Recorded,
  kind: string,
  context: Context,
): Promise<boolean> {
  const rule = await context.reads.load(signatureRuleTable, signatureRuleKey(site, kind))
  return rule?.before.some((command) => SIGNED_OFF[command].fact === type) ?? false
}
