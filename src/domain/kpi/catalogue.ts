import type { ElementId } from './elements.ts'
import { elementsOf, parseFormula, type Expr } from './formula.ts'

/**
 * The key figures of ISO 22400-2:2014 in its order, with the formulas that open sources publish for
 * them, and some that are not of the standard and say so. All are ratios of sums.
 *
 * With several products PRI x PQ is summed product by product, so OEE is planned run time of the good
 * pieces over planned busy time; with one product that is availability x effectiveness x quality ratio.
 */
export interface KpiDefinition {
  readonly id: string
  /** 1 to 34; null for figures that are not of the standard. */
  readonly number: number | null
  readonly name: string
  readonly formula: string
  readonly unit: string
  readonly range: string
  readonly trend: 'HIGHER_IS_BETTER' | 'LOWER_IS_BETTER'
  readonly audience: readonly Audience[]
  readonly timing: readonly Timing[]
  readonly notes: string
  readonly expr: Expr
  readonly elements: readonly ElementId[]
}
export type Audience = 'OPERATOR' | 'SUPERVISOR' | 'MANAGEMENT'
export type Timing = 'REAL_TIME' | 'ON_DEMAND' | 'PERIODICALLY'

interface Facts {
  readonly notes?: string
  readonly unit?: string
  readonly range?: string
  readonly trend?: KpiDefinition['trend']
  readonly audience?: KpiDefinition['audience']
  readonly timing?: KpiDefinition['timing']
}

const define = (
  number: number | null,
  [id, name]: readonly [string, string],
  formula: string,
  facts: Facts = {},
): KpiDefinition => {
  const expr = parseFormula(formula)
  return {
    ...{ id, number, name, formula, expr },
    elements: elementsOf(expr) as readonly ElementId[],
    unit: facts.unit ?? '1',
    range: facts.range ?? '0 to 1',
    trend: facts.trend ?? 'HIGHER_IS_BETTER',
    audience: facts.audience ?? ['SUPERVISOR', 'MANAGEMENT'],
    timing: facts.timing ?? ['ON_DEMAND', 'PERIODICALLY'],
    notes: facts.notes ?? '',
  }
}

const down = { trend: 'LOWER_IS_BETTER' } as const
const live: Facts = {
  audience: ['OPERATOR', 'SUPERVISOR', 'MANAGEMENT'],
  timing: ['REAL_TIME', 'ON_DEMAND', 'PERIODICALLY'],
}
const open = { range: '0 and above' } as const
const mean = { ...open, unit: 'ms' } as const
const index = { range: 'any' } as const
const perFe = 'Mean over the failures observed (FE): the default here.'
const perFe1 = 'Over FE + 1, the number of intervals that FE failures make.'

export const STANDARD_KPIS: readonly KpiDefinition[] = [
  define(1, ['workerEfficiency', 'Worker efficiency'], 'APWT / APAT'),
  define(2, ['allocationRatio', 'Allocation ratio'], 'AUBT / AOET', {
    ...open,
    notes: 'Above 1 where operations of an order overlap.',
  }),
  define(3, ['throughputRate', 'Throughput rate'], 'PQ / AOET', { ...open, unit: 'quantity/ms' }),
  define(4, ['allocationEfficiency', 'Allocation efficiency'], 'AUBT / PBT', live),
  define(5, ['utilizationEfficiency', 'Utilization efficiency'], 'APT / AUBT', live),
  define(6, ['oee', 'Overall equipment effectiveness index'], 'PRI_GQ / PBT', {
    ...live,
    range: '0 to 1; above where PRI is too long',
    notes: 'Availability x effectiveness x quality ratio. Never capped.',
  }),
  define(7, ['nee', 'Net equipment effectiveness index'], '(AUPT * PRI_GQ / APT) / PBT', {
    ...live,
    notes: 'OEE x AUPT / APT: setup counts as processing.',
  }),
  define(8, ['availability', 'Availability'], 'APT / PBT', live),
  define(9, ['effectiveness', 'Effectiveness'], 'PRI_PQ / APT', {
    ...live,
    range: '0 to 1; above where PRI is too long',
    notes: 'Never capped: above 1 says that the planned run time is not the ideal one.',
  }),
  define(10, ['qualityRatio', 'Quality ratio'], 'GQ / PQ', live),
  define(11, ['setupRatio', 'Setup ratio'], 'AUST / AUPT', down),
  define(12, ['technicalEfficiency', 'Technical efficiency'], 'APT / (APT + ADET)', live),
  define(13, ['productionProcessRatio', 'Production process ratio'], 'APT / AOET', open),
  define(14, ['actualToPlannedScrapRatio', 'Actual to planned scrap ratio'], 'SQ / PSQ', {
    ...down,
    ...open,
  }),
  define(15, ['firstPassYield', 'First pass yield'], 'GP / IP', {
    notes: 'Parts by serial number or lot, judged at their first inspection.',
  }),
  define(16, ['scrapRatio', 'Scrap ratio'], 'SQ / PQ', { ...live, ...down }),
  define(17, ['reworkRatio', 'Rework ratio'], 'RQ / PQ', { ...live, ...down }),
  define(18, ['fallOffRatio', 'Fall off ratio'], 'FSQ / FPQ', {
    ...down,
    notes: 'Scrap of the later operations over what the first operation produced.',
  }),
  define(19, ['cm', 'Machine capability index'], '(USL - LSL) / (6 * S)', {
    ...index,
    notes: 'Of one short-term sample: choose its window.',
  }),
  define(
    20,
    ['cmk', 'Critical machine capability index'],
    'min(USL - XBAR, XBAR - LSL) / (3 * S)',
    index,
  ),
  define(21, ['cp', 'Process capability index'], '(USL - LSL) / (6 * SIGMA)', index),
  define(
    22,
    ['cpk', 'Critical process capability index'],
    'min(USL - XBAR, XBAR - LSL) / (3 * SIGMA)',
    index,
  ),
  define(23, ['comprehensiveEnergyConsumption', 'Comprehensive energy consumption'], 'E / PQ', {
    ...down,
    ...open,
    unit: 'kWh/quantity',
  }),
  define(24, ['inventoryTurns', 'Inventory turns'], 'TH / INV', open),
  define(25, ['finishedGoodsRatio', 'Finished goods ratio'], 'GQ / CM'),
  define(26, ['integratedGoodsRatio', 'Integrated goods ratio'], 'IGQ / CM'),
  define(27, ['productionLossRatio', 'Production loss ratio'], 'PL / CM', down),
  define(
    28,
    ['storageAndTransportLossRatio', 'Storage and transport loss ratio'],
    'STL / CM',
    down,
  ),
  define(29, ['otherLossRatio', 'Other loss ratio'], 'OL / CM', down),
  define(30, ['equipmentLoadRatio', 'Equipment load ratio'], 'PQ / EPC'),
  define(31, ['mtbf', 'Mean operating time between failures'], 'TBF / FE', {
    ...mean,
    notes: perFe,
  }),
  define(32, ['mttf', 'Mean time to failure'], 'TTF / FE', { ...mean, notes: perFe }),
  define(33, ['mttr', 'Mean time to restoration'], 'TTR / FE', { ...mean, ...down, notes: perFe }),
  define(
    34,
    ['correctiveMaintenanceRatio', 'Corrective maintenance ratio'],
    'CMT / (CMT + PMT)',
    down,
  ),
]

export const OTHER_KPIS: readonly KpiDefinition[] = [
  define(null, ['teep', 'Total effective equipment performance'], 'PRI_GQ / CALENDAR_TIME', {
    notes: 'Not one of the 34. Over the whole window, planned or not, as far as it is observed.',
  }),
  define(null, ['mtbfPerInterval', 'MTBF over FE + 1'], 'TBF / (FE + 1)', {
    ...mean,
    notes: perFe1,
  }),
  define(null, ['mttfPerInterval', 'MTTF over FE + 1'], 'TTF / (FE + 1)', {
    ...mean,
    notes: perFe1,
  }),
  define(null, ['mttrPerInterval', 'MTTR over FE + 1'], 'TTR / (FE + 1)', {
    ...mean,
    ...down,
    notes: perFe1,
  }),
  define(null, ['pp', 'Process performance index'], '(USL - LSL) / (6 * S)', index),
  define(
    null,
    ['ppk', 'Critical process performance index'],
    'min(USL - XBAR, XBAR - LSL) / (3 * S)',
    index,
  ),
]

export const BUILT_IN: ReadonlyMap<string, KpiDefinition> = new Map(
  [...STANDARD_KPIS, ...OTHER_KPIS].map((definition) => [definition.id, definition]),
)
