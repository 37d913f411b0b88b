import type { EdgeKind } from '../genealogy-row.ts'

/** Which edges a question is about: the two clocks, the kinds, and the sites that may be seen. */
export interface View {
  /** State at this moment of the plant, ISO-8601 UTC; null is after all that is known. */
  readonly at: string | null
  /** What the log held up to here. */
  readonly position: number
  /** Null: every kind that holds; REMOVED, REPLACED and the like only where they are named. */
  readonly kinds: readonly EdgeKind[] | null
  readonly sites: readonly string[] | null
}

/** An edge as it was seen in a view: what was learnt later does not show. */
export interface Edge {
  readonly key: string
  readonly site: string
  readonly kind: EdgeKind
  readonly fromNode: string | null
  readonly toNode: string | null
  /** In `unit`, that of what left `fromNode`. */
  readonly quantity: number | null
  readonly unit: string | null
  readonly materialId: string | null
  readonly role: string | null
  readonly orderId: string | null
  readonly operationId: string | null
  readonly equipmentId: string | null
  readonly personId: string | null
  readonly partyId: string | null
  readonly reference: string | null
  readonly reason: string | null
  readonly bookingId: string | null
  readonly occurredAt: string
  readonly recordedAt: string
  readonly endedAt: string | null
  readonly endReason: string | null
  /** False while a split or merge was on its way. */
  readonly arrived: boolean
}

/** Of $1: what ended by then, in the plant and to the knowledge of the log. */
const ENDED = `coalesce(e."endKnownFrom" <= $1::bigint
  and (e."endKnownTo" is null or e."endKnownTo" > $1::bigint)
  and ($2::timestamptz is null or e."endedAt" <= $2::timestamptz), false)`

/** Condition on the row `e`; its parameters are `viewValues`, $1 to $4 of every statement. */
export const VISIBLE = `e."knownFrom" <= $1::bigint
  and (e."knownTo" is null or e."knownTo" > $1::bigint)
  and ($2::timestamptz is null or e."occurredAt" <= $2::timestamptz)
  and case when $3::text[] is null then not ${ENDED}
      else (case when ${ENDED} then e."endKind" else e.kind end) = any($3::text[]) end
  and ($4::text[] is null or e.site = any($4::text[]))`

export const viewValues = (view: View): readonly unknown[] => [
  view.position,
  view.at,
  view.kinds,
  view.sites,
]

/** The columns of an `Edge` out of the row `e`. */
export const EDGE_COLUMNS = `e.key, e.site,
  case when ${ENDED} then e."endKind" else e.kind end as kind,
  e."fromNode", e."toNode", e.quantity, e.unit, e."materialId", e.role, e."orderId",
  e."operationId", e."equipmentId", e."personId", e."partyId", e.reference, e.reason,
  e."bookingId", e."occurredAt", e."recordedAt",
  case when ${ENDED} then e."endedAt" end as "endedAt",
  case when ${ENDED} then e."endReason" end as "endReason",
  coalesce(e."arrivedFrom" <= $1::bigint, false) as arrived`
