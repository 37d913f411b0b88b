import { z } from 'zod'
import { id, instant } from '../types.ts'

/** An operation that needs more than this is several operations. */
export const MAX_REQUIRED = 20

/** A qualification that somebody has to hold, in this version or a later one. */
export const required = z.object({
  qualificationId: id,
  minVersion: z.number().int().min(1).max(1_000_000).default(1),
})
export type Required = z.output<typeof required>

export const lackReason = z.enum([
  'PERSON_UNKNOWN',
  'PERSON_GONE',
  'NOT_HELD',
  'EXPIRED',
  'SUSPENDED',
  'REVOKED',
  'OLD_VERSION',
])

/** What a person held who was asked for it: the version that was tested, and until when it counts. */
export const proof = z.object({
  qualificationId: id,
  version: z.number().int(),
  grantId: id,
  expiresAt: instant.nullable(),
})
export type Proof = z.output<typeof proof>

/** What was asked for and was not there. */
const lack = z.object({ ...required.shape, why: lackReason })
export type Lack = z.output<typeof lack>

/**
 * Whether somebody was qualified for what he began, and what stands behind the answer. All three are
 * absent where nothing was asked for.
 */
export const clearance = {
  qualified: z.boolean().optional(),
  proof: z.array(proof).optional(),
  missing: z.array(lack).optional(),
}
export interface Clearance {
  readonly qualified: boolean
  readonly proof: Proof[]
  readonly missing: Lack[]
}
