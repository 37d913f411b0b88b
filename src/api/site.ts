import { level } from '../domain/site/events.ts'
import type { Keyed } from '../projections/projection.ts'
import { hierarchy, type HierarchyRow } from '../projections/site/hierarchy.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'

export const HierarchyLevel = enumOf(level, 'HierarchyLevel')
export const HierarchyStatus = builder.enumType('HierarchyStatus', {
  description: 'Whether a node of the hierarchy is still in service.',
  values: {
    ACTIVE: { description: 'In service.' },
    RETIRED: { description: 'Out of service for good; its past stays.' },
  },
})

type Row = Keyed<HierarchyRow>

/** More levels than IEC 62264 has; a circle cannot come up, but must not hang a request if it did. */
const MAX_DEPTH = 12

/** The nodes above one, from the top down. */
export async function ancestors(
  parentId: string | null,
  { reads }: Context,
): Promise<readonly Row[]> {
  const path: Row[] = []
  for (let id = parentId; id !== null && path.length < MAX_DEPTH;) {
    const parent: Row | null = await reads.load(hierarchy, id)
    if (!parent) break
    path.unshift(parent)
    id = parent.parentId
  }
  return path
}

/** Ids of a node and of everything below it, at any depth. */
export async function descendants(scopeId: string, { reads }: Context): Promise<string[]> {
  const rows = await reads.query<{ key: string }>('site', (sites) => ({
    text: `with recursive below (key, depth) as (
             select $2::text collate "C", 0
             union all
             select h.key, below.depth + 1 from read.hierarchy h
             join below on h."parentId" = below.key
             where below.depth < $3 and ($1::text[] is null or h.site = any($1)))
           select distinct key from below`,
    values: [sites, scopeId, MAX_DEPTH],
  }))
  return rows.map(({ key }) => key)
}

const nodeFields = (t: any) => ({
  scopeId: t.exposeID('key', { description: 'Id of the node; for equipment its equipmentId.' }),
  site: t.exposeID('site', { description: 'ISA-95 site its facts belong to.' }),
  level: t.expose('level', { type: HierarchyLevel, description: 'Level of the hierarchy.' }),
  name: t.exposeString('name', { description: 'What people call it.' }),
  status: t.expose('status', { type: HierarchyStatus, description: 'Whether it is in service.' }),
  definedAt: t.expose('definedAt', { type: 'DateTime', description: 'When it was defined.' }),
  retiredAt: t.expose('retiredAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was retired.',
  }),
  reason: t.exposeString('reason', { nullable: true, description: 'Why it was retired.' }),
  parentId: t.exposeID('parentId', {
    nullable: true,
    description: 'What it stands in; null at the top.',
  }),
  children: t.field({
    type: [HierarchyScopeRef],
    description: 'What stands in it, by name.',
    resolve: ({ key }: Row, _: unknown, { reads }: Context) =>
      reads.children(hierarchy, { column: 'parentId', orderBy: 'name' }, key),
  }),
  path: t.field({
    type: [HierarchyScopeRef],
    description: 'What it stands in, from the top down, without itself.',
    complexity: { field: 3, multiplier: 4 },
    resolve: ({ parentId }: Row, _: unknown, context: Context) => ancestors(parentId, context),
  }),
})

export const HierarchyScopeRef = builder.objectRef<Row>('HierarchyScope')
HierarchyScopeRef.implement({
  description: 'A node of the ISA-95 role-based equipment hierarchy.',
  fields: (t) => ({
    ...nodeFields(t),
    siteId: t.exposeID('siteId', {
      nullable: true,
      description: 'The SITE it stands in, its own id for a SITE; null above the sites.',
    }),
    timeZone: t.exposeString('timeZone', {
      nullable: true,
      description: 'IANA time zone; of a SITE only.',
    }),
  }),
})

const SiteRef = builder.objectRef<Row>('Site').implement({
  description: 'A plant: a node of level SITE, with its time zone.',
  fields: (t) => ({
    ...nodeFields(t),
    timeZone: t.field({
      type: 'String',
      description: 'IANA time zone in which its days and shifts are reckoned.',
      complexity: 0,
      resolve: (row) => row.timeZone ?? 'UTC',
    }),
  }),
})

const common = {
  scopeIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
  name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
  status: { column: 'status', op: 'in', type: [HierarchyStatus], description: 'In one of these.' },
} as const

connectionField('sites', {
  projection: hierarchy,
  node: SiteRef,
  description: 'Sites with their time zones and what stands in them, by name.',
  only: [{ column: 'level', op: '=', value: 'SITE' }],
  filters: {
    ...common,
    enterpriseId: { column: 'parentId', op: '=', type: 'ID', description: 'Of this enterprise.' },
    timeZone: { column: 'timeZone', op: '=', type: 'String', description: 'In this time zone.' },
  },
  orderable: ['name', 'definedAt', 'key'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

connectionField('hierarchyScopes', {
  projection: hierarchy,
  node: HierarchyScopeRef,
  description: 'Nodes of the hierarchy of every level, by name.',
  filters: {
    ...common,
    level: { column: 'level', op: 'in', type: [HierarchyLevel], description: 'Of one of these.' },
    parentId: { column: 'parentId', op: '=', type: 'ID', description: 'Directly in this node.' },
    within: {
      column: 'key',
      op: 'in',
      type: 'ID',
      description: 'This node or anything below it, at any depth.',
      compareWith: descendants,
    },
    siteId: { column: 'siteId', op: '=', type: 'ID', description: 'Within this site.' },
  },
  orderable: ['name', 'level', 'definedAt', 'key'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

lookupField('hierarchyScope', {
  projection: hierarchy,
  node: HierarchyScopeRef,
  description: 'One node of the hierarchy, now, at a moment, or as the log knew it.',
  by: { scopeId: 'Id of the node.' },
  streams: ({ scopeId }) => [`hierarchyScope-${scopeId}`],
})

changesField('hierarchyScopeChanged', {
  projection: hierarchy,
  node: HierarchyScopeRef,
  description: 'Nodes of the hierarchy as they change.',
  only: { arg: 'scopeIds', description: 'These nodes.' },
})
