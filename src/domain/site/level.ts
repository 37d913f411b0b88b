import type { Level } from './events.ts'

const WORK_CENTRES = [
  'WORK_CENTRE',
  'PROCESS_CELL',
  'PRODUCTION_UNIT',
  'PRODUCTION_LINE',
  'STORAGE_ZONE',
] as const
const WORK_UNITS = ['WORK_UNIT', 'UNIT', 'WORK_CELL', 'STORAGE_UNIT'] as const

/** A level may be left out where a plant does not have it: a small one has no areas. */
const ABOVE_WORK_CENTRES = ['AREA', 'SITE'] as const

/**
 * Which levels a level may stand in: IEC 62264-1 clause 5.3.2 and figure 5. The generic WORK_CENTRE
 * and WORK_UNIT go with every special one of the neighbouring level. Each parent is of a higher
 * level, so no hierarchy can have a circle. `null` is the top.
 */
const PARENTS: Readonly<Record<Level, readonly (Level | null)[]>> = {
  ENTERPRISE: [null],
  SITE: ['ENTERPRISE', null],
  AREA: ['SITE'],
  WORK_CENTRE: ABOVE_WORK_CENTRES,
  PROCESS_CELL: ABOVE_WORK_CENTRES,
  PRODUCTION_UNIT: ABOVE_WORK_CENTRES,
  PRODUCTION_LINE: ABOVE_WORK_CENTRES,
  STORAGE_ZONE: ABOVE_WORK_CENTRES,
  WORK_UNIT: WORK_CENTRES,
  UNIT: ['PROCESS_CELL', 'PRODUCTION_UNIT', 'WORK_CENTRE'],
  WORK_CELL: ['PRODUCTION_LINE', 'WORK_CENTRE'],
  STORAGE_UNIT: ['STORAGE_ZONE', 'WORK_CENTRE'],
  EQUIPMENT_MODULE: WORK_UNITS,
  CONTROL_MODULE: ['EQUIPMENT_MODULE', ...WORK_UNITS],
}

/** Whether a node of `level` may stand in one of `parent`; null means at the top. */
export const mayStandIn = (level: Level, parent: Level | null): boolean =>
  PARENTS[level].includes(parent)

/** The levels of one's choice of parent, for a sentence to the sender. */
export const parentsOf = (level: Level): string =>
  PARENTS[level].map((parent) => parent ?? 'nothing (the top)').join(', ')
