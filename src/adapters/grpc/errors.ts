import type { Metadata, StatusObject } from '@grpc/grpc-js'
import { StoreUnavailable } from '../../commands/event-store.ts'
import type { Definitions } from './definitions.ts'

/** Largest append in bytes of payload: what KurrentDB up to 25.0 takes, so that a log can move there. */
export const MAX_APPEND_BYTES = 1024 * 1024

/** Why a call fails, as the protocol words it. */
export type Reason =
  | { readonly kind: 'stream-deleted'; readonly stream: string }
  | {
      readonly kind: 'wrong-expected-version'
      readonly stream: string
      readonly expected: number
      readonly actual: number
    }
  | { readonly kind: 'maximum-append-size-exceeded' }
  | { readonly kind: 'access-denied'; readonly why: string }
  | { readonly kind: 'unauthenticated' }
  | { readonly kind: 'invalid-argument'; readonly why: string }
  | { readonly kind: 'persistent-subscription-does-not-exist'; readonly group: GroupName }
  | { readonly kind: 'persistent-subscription-exists'; readonly group: GroupName }
  | { readonly kind: 'persistent-subscription-dropped'; readonly group: GroupName }
  | { readonly kind: 'maximum-subscribers-reached'; readonly group: GroupName }

interface GroupName {
  readonly source: string
  readonly group: string
}

/** Ends a call with an error that the clients know. */
export class Refused extends Error {
  readonly reason: Reason
  constructor(reason: Reason) {
    super(messageOf(reason))
    this.name = 'Refused'
    this.reason = reason
  }
}

function messageOf(reason: Reason): string {
  switch (reason.kind) {
    case 'stream-deleted':
      return `Event stream '${reason.stream}' is deleted.`
    case 'wrong-expected-version':
      return `Append failed due to WrongExpectedVersion. Stream: ${reason.stream}, Expected version: ${reason.expected}, Actual version: ${reason.actual}`
    case 'maximum-append-size-exceeded':
      return `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`
    case 'access-denied':
    case 'invalid-argument':
      return reason.why
    case 'unauthenticated':
      return 'Send an API key as password (Basic) or as Bearer token, or a token of the identity provider.'
    case 'persistent-subscription-does-not-exist':
    case 'persistent-subscription-exists':
    case 'persistent-subscription-dropped':
    case 'maximum-subscribers-reached':
      return `Subscription group ${reason.group.group} on ${reason.group.source}: ${reason.kind}.`
  }
}

/** The status with which gRPC ends the call; clients find the kind in its trailers. */
export function statusOf(d: Definitions, error: unknown): Partial<StatusObject> {
  const { status, Metadata } = d.grpc
  if (error instanceof StoreUnavailable)
    return { code: status.UNAVAILABLE, details: error.message, metadata: new Metadata() }
  if (!(error instanceof Refused))
    return { code: status.INTERNAL, details: 'internal error', metadata: new Metadata() }
  const metadata = trailers(new Metadata(), error.reason)
  return { code: codeOf(d, error.reason), details: error.message, metadata }
}

function codeOf({ grpc: { status } }: Definitions, { kind }: Reason): number {
  switch (kind) {
    case 'unauthenticated':
      return status.UNAUTHENTICATED
    case 'access-denied':
      return status.PERMISSION_DENIED
    case 'invalid-argument':
    case 'maximum-append-size-exceeded':
      return status.INVALID_ARGUMENT
    case 'persistent-subscription-does-not-exist':
      return status.NOT_FOUND
    case 'persistent-subscription-exists':
      return status.ALREADY_EXISTS
    case 'persistent-subscription-dropped':
      return status.CANCELLED
    case 'stream-deleted':
    case 'wrong-expected-version':
    case 'maximum-subscribers-reached':
      return status.FAILED_PRECONDITION
  }
}

function trailers(metadata: Metadata, reason: Reason): Metadata {
  if (reason.kind === 'unauthenticated' || reason.kind === 'invalid-argument') return metadata
  metadata.set('exception', reason.kind)
  // Header values are Latin-1: whatever else a name holds travels percent-encoded.
  const set = (key: string, value: string | number) => metadata.set(key, encodeURI(String(value)))
  if ('stream' in reason) set('stream-name', reason.stream)
  if ('group' in reason) {
    set('stream-name', reason.group.source)
    set('group-name', reason.group.group)
  }
  if (reason.kind === 'wrong-expected-version') {
    set('expected-version', reason.expected)
    set('actual-version', reason.actual)
  }
  if (reason.kind === 'maximum-append-size-exceeded') set('maximum-append-size', MAX_APPEND_BYTES)
  return metadata
}
