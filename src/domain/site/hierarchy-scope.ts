import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, reason, text } from '../types.ts'
import { level, siteEvents as e, type Level, type SiteEvent } from './events.ts'
import { mayStandIn, parentsOf } from './level.ts'
import { timeZone } from './time-zone.ts'

/**
 * One node of the ISA-95 role-based equipment hierarchy: an enterprise, a site, an area, a work
 * centre, a work unit, a storage zone. Its stream guards what it is and where it stands; whether the
 * parent's level is legal it learns from the parent's stream, which never changes its level.
 */
const onScope = { scopeId: id }
const name = text.refine((s) => s.trim().length > 0, 'must not be blank')

export const siteCommands = {
  DefineHierarchyScope: z
    .object({
      type: z.literal('DefineHierarchyScope'),
      ...onScope,
      level,
      parentId: id.nullable().default(null),
      name,
      timeZone: timeZone.nullable().default(null),
    })
    .describe(
      'Add an enterprise, site, area, work centre, work unit or storage zone to the plant.',
    ),
  RenameHierarchyScope: z
    .object({ type: z.literal('RenameHierarchyScope'), ...onScope, name })
    .describe('Give a node of the hierarchy another name; its id stays.'),
  MoveHierarchyScope: z
    .object({ type: z.literal('MoveHierarchyScope'), ...onScope, parentId: id.nullable() })
    .describe('Put a node, with everything below it, under another parent of the same site.'),
  ChangeSiteTimeZone: z
    .object({ type: z.literal('ChangeSiteTimeZone'), ...onScope, timeZone })
    .describe("Correct a site's time zone; its shifts and days are reckoned in it."),
  RetireHierarchyScope: z
    .object({ type: z.literal('RetireHierarchyScope'), ...onScope, reason })
    .describe('Take a node out of service for good; its past stays.'),
}
export type SiteCommand = CommandOf<typeof siteCommands>

interface Definition {
  readonly level: Level
  readonly parentId: string | null
  readonly name: string
  readonly timeZone: string | null
}
export type HierarchyScope =
  | { readonly status: 'unknown' }
  | (Definition & {
      readonly status: 'active' | 'retired'
      readonly siteId: string | null
      /** As first defined: the same wish sent again is already fulfilled. */
      readonly defined: Definition
    })
type Known = Exclude<HierarchyScope, { status: 'unknown' }>

export type SiteRefusal =
  | 'ScopeUnknown'
  | 'ScopeDiffers'
  | 'ScopeRetired'
  | 'ParentUnknown'
  | 'ParentRetired'
  | 'ParentLevelIllegal'
  | 'OtherSite'
  | 'TimeZoneMissing'
  | 'TimeZoneOnlyOfSite'

export const hierarchyScope: Decider<
  SiteCommand,
  HierarchyScope,
  SiteEvent,
  SiteRefusal,
  HierarchyScope
> = {
  context: 'site',
  category: 'hierarchyScope',
  commands: siteCommands,
  events: e,
  id: (command) => command.scopeId,
  initial: { status: 'unknown' },
  consults: {
    get decider() {
      return hierarchyScope
    },
    id: (command) => ('parentId' in command ? command.parentId : null),
  },

  decide(command, state, { consulted: parent }) {
    if (command.type === 'DefineHierarchyScope') return define(command, state, parent)
    if (state.status === 'unknown')
      return reject('ScopeUnknown', `scopeId ${command.scopeId} has not been defined.`)
    if (isAlready(command, state)) return []
    if (state.status === 'retired')
      return reject('ScopeRetired', `scopeId ${command.scopeId} has been retired.`)
    switch (command.type) {
      case 'RenameHierarchyScope':
        return [e.renamed(command)]
      case 'MoveHierarchyScope':
        return move(command, state, parent)
      case 'ChangeSiteTimeZone':
        return state.level === 'SITE' ? [e.timeZoneChanged(command)] : timeZoneOnlyOfSite(state)
      case 'RetireHierarchyScope':
        return [e.retired(command)]
    }
  },

  evolve(state, event) {
    if (event.type === 'HierarchyScopeDefined') {
      const { siteId, level, parentId, name, timeZone } = event.data
      const defined = { level, parentId, name, timeZone }
      return { status: 'active', siteId, ...defined, defined }
    }
    if (state.status === 'unknown') return state
    switch (event.type) {
      case 'HierarchyScopeRenamed':
        return { ...state, name: event.data.name }
      case 'HierarchyScopeMoved':
        return { ...state, parentId: event.data.parentId }
      case 'SiteTimeZoneChanged':
        return { ...state, timeZone: event.data.timeZone }
      case 'HierarchyScopeRetired':
        return { ...state, status: 'retired' }
    }
  },
}

type Decision = readonly SiteEvent[] | Rejection<SiteRefusal>

function define(
  command: Extract<SiteCommand, { type: 'DefineHierarchyScope' }>,
  state: HierarchyScope,
  parent: HierarchyScope,
): Decision {
  if (state.status !== 'unknown')
    return isSame(command, state.defined) || isSame(command, state)
      ? []
      : reject(
          'ScopeDiffers',
          `scopeId ${command.scopeId} is taken by ${state.level} ${state.name}.`,
        )
  if (command.level === 'SITE' && command.timeZone === null)
    return reject('TimeZoneMissing', `timeZone is missing: site ${command.scopeId} needs one.`)
  if (command.level !== 'SITE' && command.timeZone !== null) return timeZoneOnlyOfSite(command)
  const illegal = illegalParent(command, command.level, parent)
  if (illegal) return illegal
  const siteId = command.level === 'SITE' ? command.scopeId : siteOf(parent)
  return [e.defined({ ...command, siteId })]
}

function move(
  command: Extract<SiteCommand, { type: 'MoveHierarchyScope' }>,
  state: Known,
  parent: HierarchyScope,
): Decision {
  const illegal = illegalParent(command, state.level, parent)
  if (illegal) return illegal
  // Everything below carries the site too; what moves to another site is defined there anew.
  if (state.level !== 'SITE' && siteOf(parent) !== state.siteId)
    return reject(
      'OtherSite',
      `parentId ${command.parentId} is of site ${siteOf(parent)}, ${command.scopeId} of ${state.siteId}.`,
    )
  return [e.moved({ ...command, fromParentId: state.parentId })]
}

function illegalParent(
  { scopeId, parentId }: { readonly scopeId: string; readonly parentId: string | null },
  level: Level,
  parent: HierarchyScope,
): Rejection<SiteRefusal> | null {
  if (parentId !== null && parent.status === 'unknown')
    return reject('ParentUnknown', `parentId ${parentId} has not been defined.`)
  if (parentId !== null && parent.status === 'retired')
    return reject('ParentRetired', `parentId ${parentId} has been retired.`)
  const parentLevel = parentId === null || parent.status === 'unknown' ? null : parent.level
  return mayStandIn(level, parentLevel)
    ? null
    : reject(
        'ParentLevelIllegal',
        `${level} ${scopeId} cannot stand in ${parentLevel ?? 'nothing'}; it may stand in ${parentsOf(level)}.`,
      )
}

function isAlready(
  command: Exclude<SiteCommand, { type: 'DefineHierarchyScope' }>,
  state: Known,
): boolean {
  switch (command.type) {
    case 'RenameHierarchyScope':
      return state.name === command.name
    case 'MoveHierarchyScope':
      return state.parentId === command.parentId
    case 'ChangeSiteTimeZone':
      return state.timeZone === command.timeZone
    case 'RetireHierarchyScope':
      return state.status === 'retired'
  }
}

const isSame = (a: Definition, b: Definition): boolean =>
  a.level === b.level && a.parentId === b.parentId && a.name === b.name && a.timeZone === b.timeZone

const siteOf = (scope: HierarchyScope): string | null =>
  scope.status === 'unknown' ? null : scope.siteId

const timeZoneOnlyOfSite = ({ level }: { readonly level: Level }) =>
  reject('TimeZoneOnlyOfSite', `level ${level} has no time zone of its own; its site has.`)
