import { reject, streamOf } from '../../domain/decider.ts'
import type { Recorded } from '../../domain/event.ts'
import {
  SIGNED_OFF,
  signedOff,
  type SignatureRulesEvent,
  type Signed,
  type SignedOff,
} from '../../domain/workflow/events.ts'
import { signatureRules } from '../../domain/workflow/signature-rules.ts'
import { signature } from '../../domain/workflow/signature.ts'
import type { EventStore } from '../event-store.ts'
import type { Gate } from '../execute.ts'
import { recordHash } from './record-hash.ts'

const signedOffBy = (command: string): SignedOff | undefined =>
  signedOff.options.find((one) => SIGNED_OFF[one].command === command)

/**
 * Holds back what a rule of the site wants signed before (21 CFR 11.10(f)). The record is looked at up to
 * the revision that the decision was made on, and its stream takes the outcome at that revision only: no
 * fact can slip in between. Signatures are never taken back; the rule is as it was a moment ago.
 */
export function createSignatureGate(store: Pick<EventStore, 'readStream'>): Gate {
  return async ({ type, stream, site, revision }) => {
    const one = signedOffBy(type)
    if (!one) return null
    const kind = stream.slice(0, stream.indexOf('-'))
    const rules = await store.readStream(streamOf(signatureRules, site))
    const rule = (rules as readonly Recorded<SignatureRulesEvent>[])
      .reduce(
        (state, fact) => signatureRules.evolve(state, fact, fact.metadata.occurredAt),
        signatureRules.initial,
      )
      .get(kind)
    if (!rule?.before.includes(one)) return null
    const [facts, given] = await Promise.all([
      store.readStream(stream, { asStored: true }),
      store.readStream(streamOf(signature, stream)),
    ])
    const hash = recordHash(stream, facts.slice(0, revision + 1))
    const counts = given
      .map(({ data }) => data as Signed)
      .filter((signed) => signed.revision === revision && signed.hash === hash)
    const missing = rule.requirements
      .map(({ meaning }) => meaning)
      .filter((meaning) => !counts.some((signed) => signed.meaning === meaning))
    return missing.length === 0
      ? null
      : reject(
          'NotSigned',
          `${type} takes the signatures ${missing.join(', ')} of ${kind} ` +
            `${stream.slice(kind.length + 1)} as it stands, at revision ${revision}.`,
        )
  }
}
