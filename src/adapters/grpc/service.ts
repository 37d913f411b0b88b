import type { EventStore } from '../../commands/event-store.ts'
import type { Clock } from '../../commands/ports.ts'
import type { Checkpoints } from '../../commands/policy.ts'
import type { Catalogue } from '../../domain/event.ts'
import type { Caller, Identify } from './caller.ts'
import type { Definitions } from './definitions.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Scans } from './scans.ts'

/** What the server stands on. */
export interface Deps {
  readonly store: EventStore
  readonly catalogue: Catalogue
  readonly clock: Clock
  /** Where persistent subscriptions stand. */
  readonly checkpoints: Checkpoints
  readonly identify: Identify
  /** Categories that clients may write to; `*` opens all, none is the default. */
  readonly writable: readonly string[]
  readonly onError: (error: Error) => void
}

/** What its services share. */
export interface Service extends Deps {
  readonly d: Definitions
  readonly lifetimes: Lifetimes
  readonly scans: Scans
  /** Aborts when the server closes. */
  readonly closing: AbortSignal
}

/** Whether a fact of a site is shown to a caller. */
export const sees = ({ sites }: Caller, site: string): boolean =>
  sites === null || sites.includes(site)
