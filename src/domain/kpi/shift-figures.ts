import { BUILT_IN, type KpiDefinition } from './catalogue.ts'

/** What is told of a shift: time, output and quality, and how often it failed. */
const TOLD = [
  'oee',
  'availability',
  'effectiveness',
  'qualityRatio',
  'nee',
  'utilizationEfficiency',
  'technicalEfficiency',
  'setupRatio',
  'scrapRatio',
  'reworkRatio',
  'mtbf',
  'mttr',
] as const

export const SHIFT_FIGURES: readonly KpiDefinition[] = TOLD.map((name) => BUILT_IN.get(name)!)
