import type { Level } from '../../domain/site/events.ts'
import type { Keyed } from '../projection.ts'
import type { HierarchyRow } from '../site/hierarchy.ts'

/** Levels that do work by themselves; a storage unit only keeps it. */
const WORK_UNITS: readonly Level[] = ['WORK_UNIT', 'UNIT', 'WORK_CELL']
/** More levels than IEC 62264 has; a circle must not hang a plan. */
const MAX_DEPTH = 12

/** The part of the hierarchy that planning asks about. */
export interface Places {
  /** A node and what it stands in, narrowest first; the node alone where nobody defined it. */
  readonly path: (scopeId: string) => readonly string[]
  /**
   * The work units in service at or below a node, by id; the node itself where it is a work centre
   * without any. Null where nobody defined it.
   */
  readonly workUnits: (scopeId: string) => readonly string[] | null
}

export function placesOf(hierarchy: readonly Keyed<HierarchyRow>[]): Places {
  const nodes = new Map(hierarchy.map((row) => [row.key, row]))
  const children = Map.groupBy(hierarchy, ({ parentId }) => parentId)
  const known = new Map<string, readonly string[] | null>()
  const below = (node: Keyed<HierarchyRow>, depth: number): readonly string[] => {
    if (node.status === 'RETIRED' || depth > MAX_DEPTH) return []
    if (WORK_UNITS.includes(node.level)) return [node.key]
    return (children.get(node.key) ?? []).flatMap((child) => below(child, depth + 1))
  }
  const find = (scopeId: string): readonly string[] | null => {
    const node = nodes.get(scopeId)
    if (!node) return null
    const units = below(node, 0).toSorted()
    const hasUnits = (children.get(scopeId) ?? []).length > 0 || WORK_UNITS.includes(node.level)
    return hasUnits || node.status === 'RETIRED' ? units : [scopeId]
  }
  return {
    path(scopeId) {
      const path = [scopeId]
      for (let at = nodes.get(scopeId)?.parentId; at && path.length < MAX_DEPTH;) {
        path.push(at)
        at = nodes.get(at)?.parentId
      }
      return path
    },
    workUnits(scopeId) {
      if (!known.has(scopeId)) known.set(scopeId, find(scopeId))
      return known.get(scopeId)!
    },
  }
}
