import type { Catalogue } from '../../domain/event.ts'
import { isRejection, reject, type Decider, type Rejection } from '../../domain/decider.ts'
import type { EventStore } from '../event-store.ts'
import { createExecute, invalid } from '../execute.ts'
import { cycleFactor, SCALE_CYCLE_TIME } from './cycle-factor.ts'
import { createOverlay, type Overlay } from './overlay.ts'
import { rejudging } from './rejudge.ts'
import type { Scenario } from './scenario.ts'

/** Contexts of which nothing can be assumed: signatures and the audit trail are about what happened. */
const NOT_ASSUMED: ReadonlySet<string> = new Set(['workflow', 'audit'])
/** What is erased outside the log cannot be tried. */
const NEVER_ASSUMED: ReadonlySet<string> = new Set(['ForgetPerson'])

export interface AssumeDeps {
  readonly store: Pick<EventStore, 'readStream'>
  readonly deciders: readonly Decider[]
  readonly catalogue: Catalogue
}

/**
 * Opens the log of a scenario: its assumptions are decided one after the other by the real deciders over real
 * history. The same scenario always gives the same facts. Nothing outside of the answer is changed.
 * @returns a Rejection that names the assumption, where one cannot be
 */
export async function openScenario(
  { scenarioId, site, position, at, createdBy, assumptions }: Scenario,
  { store, deciders, catalogue }: AssumeDeps,
): Promise<Overlay | Rejection> {
  const clock = { now: () => at }
  const overlay = createOverlay(store, position, { clock, catalogue })
  const execute = createExecute({ store: overlay, clock })
  for (const [number, { type, input, occurredAt }] of assumptions.entries()) {
    if (type === SCALE_CYCLE_TIME) {
      const refused = refusedFactor(number, input, occurredAt)
      if (refused) return refused
      continue
    }
    const decider = deciders.find(({ commands }) => type in commands)
    if (!decider || NOT_ASSUMED.has(decider.context) || NEVER_ASSUMED.has(type))
      return reject('InvalidInput', `assumptions.${number}.type ${type} cannot be assumed.`)
    if (decider.internal?.includes(type))
      return reject('InvalidInput', `assumptions.${number}.type ${type} cannot be assumed.`)
    const outcome = await execute(
      decider,
      { ...input, type },
      {
        commandId: `${scenarioId}/${number}`,
        actor: createdBy,
        site,
        source: 'scenario',
        ...(occurredAt === null ? {} : { occurredAt }),
      },
    )
    if (isRejection(outcome))
      return { ...outcome, why: `assumptions.${number} ${type}: ${outcome.why}` }
  }
  return rejudging(overlay)
}

function refusedFactor(number: number, input: unknown, occurredAt: string | null) {
  const at = `assumptions.${number}`
  if (occurredAt !== null)
    return reject(
      'InvalidInput',
      `${at}.occurredAt ${occurredAt}: a factor holds from the fork on.`,
    )
  const parsed = cycleFactor.safeParse(input)
  if (parsed.success) return null
  const refused = invalid(parsed.error, input)
  return { ...refused, why: `${at} ${SCALE_CYCLE_TIME}: ${refused.why}` }
}
