import type { Authorise, Execute } from '../commands/execute.ts'
import type { CommandEnvelope } from '../domain/command.ts'
import { reject, type Rejection } from '../domain/decider.ts'

/** Who sent a request and what that one may do. */
export interface Principal {
  /** Goes into every fact as `actor`: a person id, an API key id. Never a name. */
  readonly actor: string
  /** `read:<context>`, `command:<context>`, `command:<context>.<Type>`, `observe:<context>`, `admin`, `*`. */
  readonly scopes: ReadonlySet<string>
  /** Sites it may read and write; null opens all. */
  readonly sites: readonly string[] | null
  /** False once its key was revoked or its token has expired; asked as long as a subscription lasts. */
  readonly stillValid?: () => Promise<boolean>
}

/** Taktlog itself: policies, imports and the command line, which need no key. */
export const systemPrincipal: Principal = {
  actor: 'system',
  scopes: new Set(['*']),
  sites: null,
}

/** What somebody wants to do. `site` is null where the answer is limited to the sites instead. */
export type Access =
  | { readonly kind: 'read' | 'observe'; readonly context: string; readonly site: string | null }
  | {
      readonly kind: 'command'
      readonly context: string
      readonly type: string
      readonly site: string
    }
  | { readonly kind: 'admin'; readonly site: null }

/** Name of the narrowest scope that opens the access. */
export const scopeOf = (access: Access): string =>
  access.kind === 'admin'
    ? 'admin'
    : access.kind === 'command'
      ? `command:${access.context}.${access.type}`
      : `${access.kind}:${access.context}`

/**
 * The one place that decides who may do what: commands, observations, reads and subscriptions all ask
 * here. Whatever no scope names is denied.
 */
export function authorise(principal: Principal, access: Access): Rejection<'Forbidden'> | null {
  const { scopes, sites } = principal
  const scope = scopeOf(access)
  const open =
    scopes.has('*') ||
    scopes.has(scope) ||
    (access.kind !== 'admin' && scopes.has(`${access.kind}:${access.context}`))
  if (!open) return reject('Forbidden', `scope ${scope} is not among those of ${principal.actor}.`)
  if (access.site !== null && sites !== null && !sites.includes(access.site))
    return reject('Forbidden', `site ${access.site} is not among those of ${principal.actor}.`)
  return null
}

interface ActingEnvelope extends CommandEnvelope {
  readonly principal?: Principal
}

/** For `createExecute`: a command without a principal is denied. */
export const authoriseCommand: Authorise = ({ context }, type, envelope) => {
  const { principal, site } = envelope as ActingEnvelope
  return principal
    ? authorise(principal, { kind: 'command', context, type, site })
    : reject('Forbidden', 'the command was sent by nobody.')
}

/** The same `execute` in somebody's name. */
export const actingAs =
  (execute: Execute, principal: Principal): Execute =>
  (decider, command, envelope) =>
    execute(decider, command, {
      ...envelope,
      actor: principal === systemPrincipal ? envelope.actor : principal.actor,
      principal,
    } as ActingEnvelope)
