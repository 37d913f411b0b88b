/** What the plant makes: routings with planned times, and what is bought for it. */

/** How one cycle of an operation goes; see machining.ts and assembly.ts. */
export type WorkKind = 'TURN' | 'MILL_CASTING' | 'MILL_HOUSING' | 'FINISH_HOUSING' | 'CUT'
export type AssemblyKind = 'WASH' | 'PRESS' | 'ASSEMBLE' | 'TEST' | 'CURE'

export interface PlannedOperation {
  readonly operationId: string
  readonly name: string
  readonly workCentreId: string
  readonly kind: WorkKind | AssemblyKind
  readonly setupMinutes: number
  /** One cycle; `perCycle` pieces come of it. */
  readonly cycleMinutes: number
  readonly perCycle: number
  readonly program: string
}

export interface Product {
  readonly materialId: string
  /** Pieces on one order, least and most. */
  readonly quantity: readonly [number, number]
  /** Orders are released while stock and open orders together are below this many pieces. */
  readonly target: number
  readonly operations: readonly PlannedOperation[]
}

type Step = readonly [PlannedOperation['kind'], string, string]
const operation = (
  operationId: string,
  [kind, workCentreId, name]: Step,
  [setupMinutes, cycleMinutes, perCycle]: readonly [number, number, number],
  program: string,
): PlannedOperation => ({
  operationId,
  name,
  workCentreId,
  kind,
  setupMinutes,
  cycleMinutes,
  perCycle,
  program,
})
const wash = (operationId: string): PlannedOperation =>
  operation(operationId, ['WASH', 'WASHING', 'Wash and dry'], [2, 7, 12], 'WASH-ALU-2')

export const SHAFT = 'SHAFT-18'
export const GEAR = 'GEAR-Z12'
export const COVER = 'COVER-A'
export const HOUSING = 'HOUSING-A'
export const PUMP = 'PUMP-GP18'
export const VALVE = 'RELIEF-VALVE'
const SHAFT_BAR = 'BAR-42CRMO4-D20'
const GEAR_BAR = 'BAR-16MNCR5-D40'
export const HOUSING_CASTING = 'CASTING-HOUSING'
export const COVER_CASTING = 'CASTING-COVER'
export const BEARING = 'BEARING-6202'
export const SCREW = 'SCREW-M8X35'
export const SEAL = 'SEAL-18-30-7'
export const PAINT = 'PAINT-RAL7016'

export const PRODUCTS: readonly Product[] = [
  {
    materialId: PUMP,
    quantity: [6, 10],
    target: 48,
    operations: [
      operation('10', ['PRESS', 'PRESSING', 'Press bearings'], [3, 1.8, 1], 'PRESS-6202'),
      operation('20', ['ASSEMBLE', 'FINAL-ASSEMBLY', 'Assemble pump'], [4, 8, 1], 'GP18-STD'),
      operation('30', ['TEST', 'TESTING', 'Test run'], [4, 4, 1], 'TEST-GP18'),
      operation('40', ['CURE', 'CURING', 'Paint and cure'], [4, 26, 10], 'CURE-80C-30'),
    ],
  },
  {
    materialId: HOUSING,
    quantity: [6, 10],
    target: 90,
    operations: [
      operation('10', ['MILL_HOUSING', 'MILLING', 'Mill faces and bores'], [14, 4.4, 1], 'O2101'),
      operation('20', ['FINISH_HOUSING', 'MILLING', 'Finish bores, drill'], [10, 3.2, 1], 'O2102'),
      wash('30'),
    ],
  },
  {
    materialId: COVER,
    quantity: [14, 22],
    target: 90,
    operations: [
      operation('10', ['MILL_CASTING', 'MILLING', 'Mill cover'], [9, 2.4, 1], 'O2210'),
      wash('20'),
    ],
  },
  {
    materialId: SHAFT,
    quantity: [16, 24],
    target: 90,
    operations: [
      operation('10', ['TURN', 'TURNING', 'Turn shaft'], [12, 4.2, 1], 'O1180'),
      operation('20', ['CUT', 'MILLING', 'Mill keyway'], [10, 1.6, 1], 'O1181'),
      wash('30'),
    ],
  },
  {
    materialId: GEAR,
    quantity: [24, 36],
    target: 190,
    operations: [
      operation('10', ['TURN', 'TURNING', 'Turn gear blank'], [12, 3, 1], 'O1320'),
      operation('20', ['CUT', 'TURNING', 'Mill teeth, driven tools'], [8, 2.4, 1], 'O1321'),
      wash('30'),
    ],
  },
]

/** Raw material of one piece. */
export const BILL: Readonly<Record<string, readonly [string, number]>> = {
  [SHAFT]: [SHAFT_BAR, 0.32],
  [GEAR]: [GEAR_BAR, 0.045],
  [COVER]: [COVER_CASTING, 1],
  [HOUSING]: [HOUSING_CASTING, 1],
}

export interface Purchased {
  readonly materialId: string
  readonly unit: string
  readonly supplierId: string
  /** One delivery. */
  readonly delivery: number
  readonly reorderBelow: number
  /** Inspected on arrival; the lot is held when it fails. */
  readonly planId: string | null
}
const bought = (
  materialId: string,
  unit: string,
  supplierId: string,
  [delivery, reorderBelow]: readonly [number, number],
  planId: string | null = null,
): Purchased => ({ materialId, unit, supplierId, delivery, reorderBelow, planId })

export const PURCHASED: readonly Purchased[] = [
  bought(SHAFT_BAR, 'MTR', 'STEEL-ALB', [18, 15]),
  bought(GEAR_BAR, 'MTR', 'STEEL-ALB', [3, 4]),
  bought(HOUSING_CASTING, 'C62', 'FOUNDRY-ILLER', [36, 30], 'PLAN-CASTING-HOUSING'),
  bought(COVER_CASTING, 'C62', 'FOUNDRY-ILLER', [48, 30], 'PLAN-CASTING-COVER'),
  bought(BEARING, 'C62', 'BEARING-TRADE', [150, 80]),
  bought(SCREW, 'C62', 'FASTENER-NORD', [500, 260]),
  bought(SEAL, 'C62', 'SEAL-TECH', [160, 60]),
  bought(PAINT, 'KGM', 'COATINGS-DONAU', [20, 6]),
]

/** Parts that lie in the supermarket when the simulation begins, from a sister plant. */
export const OPENING: readonly (readonly [string, number])[] = [
  [SHAFT, 60],
  [GEAR, 120],
  [COVER, 60],
]
export const OPENING_HOUSINGS = 56
export const OPENING_VALVES = 36
