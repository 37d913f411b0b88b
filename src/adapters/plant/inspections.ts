import type { InputOf } from './actions.ts'
import type { Plant } from './plant.ts'
import { COVER_CASTING, HOUSING, HOUSING_CASTING, PUMP } from './products.ts'

type Plan = InputOf<'DefineInspectionPlan'>
type Characteristic = Plan['characteristics'][number]

const dimension = (
  characteristicId: string,
  [name, kind, unit]: readonly [string, string, string],
  [nominal, below, above]: readonly [number, number, number],
): Characteristic => ({
  characteristicId,
  name,
  kind,
  nominal,
  lowerLimit: round(nominal - below),
  upperLimit: round(nominal + above),
  unit,
})
const atMost = (
  characteristicId: string,
  [name, kind, unit]: readonly [string, string, string],
  upperLimit: number,
): Characteristic => ({ characteristicId, name, kind, upperLimit, unit })
const byEye = (characteristicId: string, name: string): Characteristic => ({
  characteristicId,
  name,
  kind: 'ATTRIBUTE',
})

/** UN/ECE Rec 20: MMT mm, 4H micrometre, L2 litre a minute, BAR bar, 2N decibel, MLT millilitre. */
export const PLANS: readonly Plan[] = [
  {
    planId: 'PLAN-HOUSING',
    materialId: HOUSING,
    operationId: '20',
    characteristics: [
      dimension('D1', ['Gear bore left', 'DIAMETER', 'MMT'], [38, 0, 0.025]),
      dimension('D2', ['Gear bore right', 'DIAMETER', 'MMT'], [38, 0, 0.025]),
      dimension('D3', ['Bearing seat', 'DIAMETER', 'MMT'], [35, 0.02, 0.005]),
      dimension('A1', ['Distance of bore axes', 'LENGTH', 'MMT'], [36, 0.015, 0.015]),
      atMost('F1', ['Sealing face', 'FLATNESS', 'MMT'], 0.01),
      atMost('R1', ['Sealing face Ra', 'ROUGHNESS', '4H'], 1.6),
    ],
  },
  {
    planId: 'PLAN-PUMP',
    materialId: PUMP,
    operationId: '30',
    characteristics: [
      dimension('Q1', ['Flow at 1500 rpm', 'FLOW', 'L2'], [27, 0.8, 0.8]),
      dimension('P1', ['Opening pressure of valve', 'PRESSURE', 'BAR'], [180, 6, 6]),
      atMost('L1', ['Leakage at shaft seal in 60 s', 'VOLUME', 'MLT'], 0.5),
      atMost('N1', ['Noise at 1 m', 'SOUND', '2N'], 72),
      byEye('V1', 'No damage, ports capped'),
    ],
  },
  {
    planId: 'PLAN-CASTING-HOUSING',
    materialId: HOUSING_CASTING,
    characteristics: [
      dimension('W1', ['Wall at flange', 'LENGTH', 'MMT'], [9, 0.6, 0.6]),
      byEye('V1', 'No blowholes'),
    ],
  },
  {
    planId: 'PLAN-CASTING-COVER',
    materialId: COVER_CASTING,
    characteristics: [
      dimension('W1', ['Wall at hub', 'LENGTH', 'MMT'], [7, 0.6, 0.6]),
      byEye('V1', 'No blowholes'),
    ],
  },
]

interface Subject {
  readonly subjectKind: 'SERIAL' | 'LOT'
  readonly subjectId: string
  readonly personId: string
  readonly orderId?: string
  readonly operationId?: string
  readonly instrumentId: string
  /** Pieces measured; each gets all characteristics. */
  readonly samples?: number
}

/** Spread of a capable process: limits at about 3.3 sigma (Cpk 1.1). */
const SIGMAS = 3.3
/** Share of its limit that a one-sided characteristic takes: usual, spread, and where it is too much. */
const SHARES: Readonly<Record<string, readonly [number, number, number]>> = {
  // Decibels are a logarithm: a loud pump is only some percent above a quiet one.
  SOUND: [0.93, 0.015, 1.02],
}
const USUAL_SHARES = [0.55, 0.12, 1.25] as const

/**
 * Measures a subject by a plan and records it. One characteristic is off its limit with the
 * probability `risk`, beyond what the spread of the process does.
 * @returns whether everything was within its limits
 */
export function inspect(plant: Plant, planId: string, subject: Subject, risk: number): boolean {
  const { characteristics } = PLANS.find((plan) => plan.planId === planId)!
  const { samples = 1, instrumentId, ...about } = subject
  const spoiled = plant.random.chance(risk) ? plant.random.pick(characteristics) : null
  const results = Array.from({ length: samples }, (_, i) =>
    characteristics.map((c) => ({
      characteristicId: c.characteristicId,
      sample: i + 1,
      instrumentId,
      ...found(plant, c, c === spoiled && i === 0),
    })),
  ).flat()
  const inspectionId = plant.number('I')
  plant.command('RecordInspection', { inspectionId, planId, ...about, results })
  const limits = new Map(characteristics.map((c) => [c.characteristicId, c]))
  return results.every((r) => within(r, limits.get(r.characteristicId)!))
}

type Found = { readonly value: number } | { readonly passed: boolean }

function found({ random }: Plant, c: Characteristic, isSpoiled: boolean): Found {
  if (c.kind === 'ATTRIBUTE') return { passed: !isSpoiled }
  const upper = c.upperLimit!
  if (c.lowerLimit == null) {
    const [usual, spread, tooMuch] = SHARES[c.kind] ?? USUAL_SHARES
    const share = isSpoiled ? tooMuch : Math.abs(random.normal(usual, spread))
    return { value: round(upper * share) }
  }
  const middle = (c.lowerLimit + upper) / 2
  const half = (upper - c.lowerLimit) / 2
  const off = isSpoiled ? random.between(1.1, 1.8) : random.normal(0, 1 / SIGMAS)
  return { value: round(middle + half * off) }
}

const within = (result: Found, c: Characteristic): boolean =>
  'passed' in result
    ? result.passed
    : (c.lowerLimit == null || result.value >= c.lowerLimit) && result.value <= c.upperLimit!

/** A tenth of a micrometre is what a coordinate measuring machine shows. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
