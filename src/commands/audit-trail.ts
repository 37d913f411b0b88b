import type { Recorded } from '../domain/event.ts'

/** Which facts: all conditions that are given have to hold. Times are ISO-8601 UTC. */
export interface AuditFilter {
  /** The object: a stream. Refused commands count among the stream they were for. */
  readonly stream?: string
  /** Principal that sent it. */
  readonly actor?: string
  /** Person that it names, or that sent it. */
  readonly person?: string
  readonly types?: readonly string[]
  readonly source?: string
  readonly site?: string
  readonly occurredFrom?: string
  readonly occurredBefore?: string
  readonly recordedFrom?: string
  readonly recordedBefore?: string
}

export interface AuditPage {
  readonly limit: number
  readonly direction: 'forward' | 'backward'
  /** Position that the page begins behind, in its direction. */
  readonly after?: number
}

/** Every fact, refused command and denied access, found by who, what, when and where. */
export interface AuditTrail {
  /** Facts of these sites (null opens all) in the order of the log or against it. */
  page(
    filter: AuditFilter,
    page: AuditPage,
    sites: readonly string[] | null,
  ): Promise<{ readonly facts: readonly Recorded[]; readonly more: boolean }>
  /** Where an event stands; null when there is none, or none of these sites. */
  find(
    wanted: { readonly id: string } | { readonly position: number },
    sites: readonly string[] | null,
  ): Promise<number | null>
  /** Everything up to this position is found. */
  upTo(): Promise<number>
}
