import fc from 'fast-check'
import { level } from '../../src/domain/site/events.ts'
import type { SiteCommand } from '../../src/domain/site/hierarchy-scope.ts'

const scopeId = fc.constantFrom('E1', 'S1', 'S2', 'A1', 'W1', 'W2')
const parentId = fc.option(scopeId)
const name = fc.constantFrom('Plant', 'Hall 2', 'Milling')
const timeZone = fc.constantFrom('Europe/Berlin', 'America/Chicago', 'UTC')

const defined = { type: 'DefineHierarchyScope', name: 'Hall 2', timeZone: null } as const

/** Wishes about a handful of nodes, so that sequences meet each other's results. */
export const commands: fc.Arbitrary<SiteCommand> = fc.oneof(
  fc.record({
    type: fc.constant('DefineHierarchyScope' as const),
    scopeId,
    level: fc.constantFrom(...level.options),
    parentId,
    name,
    timeZone: fc.option(timeZone),
  }),
  fc.record({
    type: fc.constant('DefineHierarchyScope' as const),
    scopeId: fc.constant('S1'),
    level: fc.constant('SITE' as const),
    parentId: fc.constant(null),
    name,
    timeZone,
  }),
  // A chain that stands, so that its nodes can be moved.
  fc.constantFrom<SiteCommand>(
    { ...defined, scopeId: 'A1', level: 'AREA', parentId: 'S1' },
    { ...defined, scopeId: 'W1', level: 'WORK_CENTRE', parentId: 'A1' },
    { ...defined, scopeId: 'W2', level: 'WORK_CENTRE', parentId: 'S1' },
    { type: 'MoveHierarchyScope', scopeId: 'W1', parentId: 'S1' },
    { type: 'MoveHierarchyScope', scopeId: 'W2', parentId: 'A1' },
  ),
  fc.record({ type: fc.constant('RenameHierarchyScope' as const), scopeId, name }),
  fc.record({ type: fc.constant('MoveHierarchyScope' as const), scopeId, parentId }),
  fc.record({ type: fc.constant('ChangeSiteTimeZone' as const), scopeId, timeZone }),
  fc.record({
    type: fc.constant('RetireHierarchyScope' as const),
    scopeId,
    reason: fc.constant('sold'),
  }),
)
