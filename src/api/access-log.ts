import { ANY, type EventStore } from '../commands/event-store.ts'
import { uuid5 } from '../commands/ids.ts'
import type { Clock } from '../commands/ports.ts'
import type { Rejection } from '../domain/decider.ts'
import { rejectionEvents, rejectionStream } from '../domain/audit/rejection.ts'
import { authorise, scopeOf, type Access, type Principal } from './authorise.ts'
import { apiError } from './errors.ts'

/** Site of a denied read that was about no site in particular, by somebody who may see several. */
const ANY_SITE = '*'

export interface AccessLog {
  /** Null when the principal may do it; otherwise the denial, which was recorded for audit. */
  check(access: Access): Promise<Rejection<'Forbidden'> | null>
  /**
   * Resolves when the principal may do it.
   * @throws GraphQLError `Forbidden` otherwise, after the denial was recorded for audit.
   */
  demand(access: Access): Promise<void>
}

/** Records what was denied, each once per request, so that a wide query cannot flood the log. */
export function createAccessLog(deps: {
  readonly store: EventStore
  readonly clock: Clock
  readonly principal: Principal
}): AccessLog {
  const { store, clock, principal } = deps
  let denied: Set<string> | undefined

  const check = async (access: Access): Promise<Rejection<'Forbidden'> | null> => {
    const denial = authorise(principal, access)
    if (!denial) return null
    const scope = scopeOf(access)
    const what = `${scope}@${access.site}`
    denied ??= new Set()
    if (!denied.has(what)) {
      denied.add(what)
      await append(store, clock.now(), principal, { scope, site: access.site, why: denial.why })
    }
    return denial
  }

  return {
    check,
    async demand(access) {
      const denial = await check(access)
      if (denial) throw apiError('Forbidden', denial.why)
    },
  }
}

async function append(
  store: EventStore,
  now: string,
  { actor, sites }: Principal,
  denial: { readonly scope: string; readonly site: string | null; readonly why: string },
): Promise<void> {
  const definition = rejectionEvents.accessDenied
  const { type, data } = definition(denial)
  const id = uuid5(`denied/${actor}/${denial.scope}/${denial.site}/${now}`)
  const only = sites?.length === 1 ? sites[0] : undefined
  const metadata = {
    occurredAt: now,
    source: 'api',
    site: denial.site ?? only ?? ANY_SITE,
    actor,
    correlationId: id,
    causationId: id,
  }
  const events = [{ id, type, schemaVersion: definition.version, data, metadata }]
  await store.append([{ stream: rejectionStream(now), expected: ANY, events }])
}
