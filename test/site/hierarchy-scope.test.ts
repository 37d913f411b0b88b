import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { level, siteEvents as e, type Level } from '../../src/domain/site/events.ts'
import {
  hierarchyScope,
  siteCommands,
  type HierarchyScope,
  type SiteCommand,
} from '../../src/domain/site/hierarchy-scope.ts'
import { mayStandIn } from '../../src/domain/site/level.ts'
import { given } from '../spec.ts'
import { commands } from './arbitraries.ts'

const defined = (scopeId: string, of: Level, parentId: string | null, siteId: string | null) =>
  e.defined({
    scopeId,
    level: of,
    parentId,
    siteId,
    name: scopeId,
    timeZone: of === 'SITE' ? 'Europe/Berlin' : null,
  })
const SITE = defined('S1', 'SITE', null, 'S1')
const AREA = defined('A1', 'AREA', 'S1', 'S1')
const AREA_2 = defined('A2', 'AREA', 'S1', 'S1')
const CENTRE = defined('W1', 'WORK_CENTRE', 'A1', 'S1')
const RETIRED = (scopeId: string) => e.retired({ scopeId, reason: 'sold' })

const state = (...facts: Parameters<typeof hierarchyScope.evolve>[1][]): HierarchyScope =>
  facts.reduce((s, fact) => hierarchyScope.evolve(s, fact, ''), hierarchyScope.initial)
const UNKNOWN = hierarchyScope.initial

const define = (scopeId: string, of: Level, parentId: string | null): SiteCommand => ({
  type: 'DefineHierarchyScope',
  scopeId,
  level: of,
  parentId,
  name: scopeId,
  timeZone: of === 'SITE' ? 'Europe/Berlin' : null,
})

describe('define', () => {
  it('a site at the top, with its time zone', () =>
    given(hierarchyScope)
      .when(define('S1', 'SITE', null), { consulted: UNKNOWN })
      .then(SITE))

  it('a node takes the site of its parent', () =>
    given(hierarchyScope)
      .when(define('W1', 'WORK_CENTRE', 'A1'), { consulted: state(AREA) })
      .then(CENTRE))

  it('the same definition again changes nothing, another one is refused', () => {
    const renamed = e.renamed({ scopeId: 'A1', name: 'Milling' })
    const again = { consulted: state(SITE) }
    given(hierarchyScope, AREA, renamed)
      .when(define('A1', 'AREA', 'S1'), again)
      .thenNothing()
    given(hierarchyScope, AREA)
      .when({ ...define('A1', 'AREA', 'S1'), name: 'Other' } as SiteCommand, again)
      .thenRejected('ScopeDiffers')
  })

  it('a site needs a time zone, nothing else has one', () => {
    given(hierarchyScope)
      .when({ ...define('S1', 'SITE', null), timeZone: null } as SiteCommand, {
        consulted: UNKNOWN,
      })
      .thenRejected('TimeZoneMissing')
    given(hierarchyScope)
      .when({ ...define('A1', 'AREA', 'S1'), timeZone: 'UTC' } as SiteCommand, {
        consulted: state(SITE),
      })
      .thenRejected('TimeZoneOnlyOfSite')
  })

  it.each([
    ['ParentUnknown', UNKNOWN],
    ['ParentRetired', state(SITE, RETIRED('S1'))],
    ['ParentLevelIllegal', state(CENTRE)],
  ] as const)('%s', (code, consulted) =>
    given(hierarchyScope)
      .when(define('A1', 'AREA', 'P'), { consulted })
      .thenRejected(code),
  )

  it('only an enterprise or a site stands at the top', () => {
    const top = level.options.filter((of) => mayStandIn(of, null))
    expect(top).toEqual(['ENTERPRISE', 'SITE'])
    given(hierarchyScope)
      .when(define('A1', 'AREA', null), { consulted: UNKNOWN })
      .thenRejected('ParentLevelIllegal')
  })

  it.each(['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'UTC'])(
    'time zone %s is known',
    (timeZone) => {
      const command = { ...define('S1', 'SITE', null), timeZone }
      expect(siteCommands.DefineHierarchyScope.safeParse(command).success).toBe(true)
    },
  )
  it.each(['Europe/Berlim', '+01:00', 'CEST', ''])('time zone %j is refused', (timeZone) => {
    const command = { ...define('S1', 'SITE', null), timeZone }
    expect(siteCommands.DefineHierarchyScope.safeParse(command).success).toBe(false)
  })
})

describe('change', () => {
  it('rename', () => {
    const rename = { type: 'RenameHierarchyScope', scopeId: 'A1', name: 'Milling' } as const
    given(hierarchyScope, AREA)
      .when(rename)
      .then(e.renamed({ scopeId: 'A1', name: 'Milling' }))
    given(hierarchyScope).when(rename).thenRejected('ScopeUnknown')
    given(hierarchyScope, AREA, RETIRED('A1')).when(rename).thenRejected('ScopeRetired')
  })

  const move = { type: 'MoveHierarchyScope', scopeId: 'W1', parentId: 'A2' } as const
  it('move within the site', () =>
    given(hierarchyScope, CENTRE)
      .when(move, { consulted: state(AREA_2) })
      .then(e.moved({ scopeId: 'W1', fromParentId: 'A1', parentId: 'A2' })))
  it.each([
    ['OtherSite', state(defined('A2', 'AREA', 'S2', 'S2'))],
    ['ParentLevelIllegal', state(defined('A2', 'WORK_UNIT', 'W9', 'S1'))],
    ['ParentRetired', state(AREA_2, RETIRED('A2'))],
    ['ParentUnknown', UNKNOWN],
  ] as const)('move: %s', (code, consulted) =>
    given(hierarchyScope, CENTRE).when(move, { consulted }).thenRejected(code),
  )

  it('time zone of a site only', () => {
    const change = { type: 'ChangeSiteTimeZone', timeZone: 'Europe/Paris' } as const
    given(hierarchyScope, SITE)
      .when({ ...change, scopeId: 'S1' })
      .then(e.timeZoneChanged({ scopeId: 'S1', timeZone: 'Europe/Paris' }))
    given(hierarchyScope, AREA)
      .when({ ...change, scopeId: 'A1' })
      .thenRejected('TimeZoneOnlyOfSite')
  })

  it('retire, once', () =>
    given(hierarchyScope, AREA)
      .when({ type: 'RetireHierarchyScope', scopeId: 'A1', reason: 'sold' })
      .then(RETIRED('A1')))
})

describe('the hierarchy', () => {
  it('no wishes, in whatever order, make a circle or an illegal parent', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 60 }), (wishes) => {
        const nodes = new Map<string, HierarchyScope>()
        const of = (scopeId: string | null) => nodes.get(scopeId ?? '') ?? UNKNOWN
        for (const wish of wishes) {
          const consulted = of(hierarchyScope.consults!.id(wish, 'S1'))
          const decision = hierarchyScope.decide(wish, of(wish.scopeId), { at: '', consulted })
          if (isRejection(decision)) continue
          for (const fact of decision)
            nodes.set(wish.scopeId, hierarchyScope.evolve(of(wish.scopeId), fact, ''))
        }
        for (const node of nodes.values()) {
          let depth = 0
          for (let at = node; at.status !== 'unknown'; at = of(at.parentId)) {
            const parent = of(at.parentId)
            const parentLevel = parent.status === 'unknown' ? null : parent.level
            expect(mayStandIn(at.level, parentLevel)).toBe(true)
            expect(++depth).toBeLessThan(8)
            if (parent.status !== 'unknown' && at.level !== 'SITE')
              expect(parent.siteId).toBe(at.siteId)
          }
        }
      }),
    )
  })
})
