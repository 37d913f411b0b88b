import { reject, type Decider, type Rejection } from '../decider.ts'
import {
  ATTRIBUTE,
  inspectionEvents as e,
  type Characteristic,
  type InspectionEvent,
  type JudgedResult,
} from './events.ts'
import { inspectionPlan, isSameCharacteristic, type InspectionPlan } from './inspection-plan.ts'
import {
  inspectionCommands,
  type InspectionCommand,
  type ResultInput,
} from './inspection-commands.ts'
import { judge, overall } from './verdict.ts'

/**
 * One inspection of one serial or lot. Its stream guards that the verdicts follow from the limits
 * kept beside the values, and that a correction leaves the original in place.
 */
type Recorded = Extract<InspectionEvent, { type: 'InspectionRecorded' }>['data']
type Corrected = Extract<InspectionEvent, { type: 'InspectionResultCorrected' }>['data']
export type Inspection =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'recorded'
      readonly first: Recorded
      /** As last corrected, by `resultKey`. */
      readonly results: ReadonlyMap<string, JudgedResult>
      readonly corrections: ReadonlyMap<string, Corrected>
    }
type Known = Exclude<Inspection, { status: 'unknown' }>

export type InspectionRefusal =
  | 'InspectionUnknown'
  | 'InspectionDiffers'
  | 'PlanUnknown'
  | 'PlanOfOtherMaterial'
  | 'CharacteristicUnknown'
  | 'LimitsBesidePlan'
  | 'ResultUnknown'
  | 'CorrectionDiffers'

type Decision = readonly InspectionEvent[] | Rejection<InspectionRefusal>

export const inspection: Decider<
  InspectionCommand,
  Inspection,
  InspectionEvent,
  InspectionRefusal,
  InspectionPlan
> = {
  context: 'quality',
  category: 'inspection',
  commands: inspectionCommands,
  events: e,
  id: (command) => command.inspectionId,
  initial: { status: 'unknown' },
  consults: {
    decider: inspectionPlan,
    id: (command) => (command.type === 'RecordInspection' ? command.planId : null),
  },

  decide(command, state, { consulted }) {
    if (command.type === 'RecordInspection')
      return state.status === 'unknown'
        ? record(command, consulted)
        : isRepeated(command, state.first)
          ? []
          : reject(
              'InspectionDiffers',
              `inspectionId ${command.inspectionId} was recorded with other content.`,
            )
    return state.status === 'unknown'
      ? reject('InspectionUnknown', `inspectionId ${command.inspectionId} has not been recorded.`)
      : correct(command, state)
  },

  evolve(state, event) {
    if (event.type === 'InspectionRecorded') {
      const results = new Map(event.data.results.map((r) => [resultKey(r), r]))
      return { status: 'recorded', first: event.data, results, corrections: new Map() }
    }
    if (state.status === 'unknown') return state
    const { data } = event
    const before = state.results.get(resultKey(data))
    if (!before) return state
    return {
      ...state,
      results: new Map(state.results).set(resultKey(data), { ...before, ...data.after }),
      corrections: new Map(state.corrections).set(data.correctionId, data),
    }
  },
}

type Recording = Extract<InspectionCommand, { type: 'RecordInspection' }>
type Correction = Extract<InspectionCommand, { type: 'CorrectInspectionResult' }>

function record(command: Recording, plan: InspectionPlan): Decision {
  if (command.planId === null) {
    const results = command.results.map((r) => judged(r, ownCharacteristic(r)))
    const verdict = overall(results, [])
    return [e.recorded({ ...command, planVersion: null, results, missing: [], verdict })]
  }
  if (plan.status === 'unknown')
    return reject('PlanUnknown', `planId ${command.planId} has not been defined.`)
  const { version, materialId, operationId } = plan.current
  const otherMaterial = command.materialId !== null && command.materialId !== materialId
  const otherOperation =
    operationId !== null && command.operationId !== null && command.operationId !== operationId
  if (otherMaterial || otherOperation)
    return reject(
      'PlanOfOtherMaterial',
      `planId ${command.planId} is for ${materialId}${operationId === null ? '' : ` after operation ${operationId}`}.`,
    )
  const results: JudgedResult[] = []
  for (const result of command.results) {
    const known = plan.characteristics.get(result.characteristicId)
    if (!known)
      return reject(
        'CharacteristicUnknown',
        `characteristicId ${result.characteristicId} is not in version ${version} of plan ${command.planId}.`,
      )
    if (describesItself(result))
      return reject(
        'LimitsBesidePlan',
        `characteristicId ${result.characteristicId} has limits of its own; those of plan ${command.planId} count.`,
      )
    results.push(judged(result, known))
  }
  const inspected = new Set(results.map((r) => r.characteristicId))
  const missing = [...plan.characteristics.keys()].filter((known) => !inspected.has(known))
  const verdict = overall(results, missing)
  return [e.recorded({ ...command, materialId, planVersion: version, results, missing, verdict })]
}

function correct(command: Correction, state: Known): Decision {
  const done = state.corrections.get(command.correctionId)
  if (done)
    return resultKey(done) === resultKey(command) && isSameFinding(done.after, command)
      ? []
      : reject(
          'CorrectionDiffers',
          `correctionId ${command.correctionId} is taken by another correction.`,
        )
  const key = resultKey(command)
  const result = state.results.get(key)
  if (!result)
    return reject(
      'ResultUnknown',
      `characteristicId ${command.characteristicId}, sample ${command.sample} is not in inspection ${command.inspectionId}.`,
    )
  const after = { value: command.value, passed: command.passed, verdict: judge(command, result) }
  const results = [...state.results.values()].map((r) => (r === result ? { ...r, ...after } : r))
  return [
    e.resultCorrected({
      ...command,
      before: { value: result.value, passed: result.passed, verdict: result.verdict },
      after,
      verdict: overall(results, state.first.missing),
    }),
  ]
}

const judged = (result: ResultInput, known: Characteristic): JudgedResult => ({
  ...known,
  sample: result.sample,
  value: result.value,
  passed: result.passed,
  instrumentId: result.instrumentId,
  verdict: judge(result, known),
})

const ownCharacteristic = (r: ResultInput): Characteristic => ({
  characteristicId: r.characteristicId,
  name: r.name ?? r.characteristicId,
  kind: r.kind ?? (r.passed === null ? 'UNSPECIFIED' : ATTRIBUTE),
  nominal: r.nominal,
  lowerLimit: r.lowerLimit,
  upperLimit: r.upperLimit,
  unit: r.unit,
})

const describesItself = (r: ResultInput): boolean =>
  [r.name, r.kind, r.nominal, r.lowerLimit, r.upperLimit, r.unit].some((field) => field !== null)

/** Unique within its inspection: the number before the first slash ends the ambiguity. */
const resultKey = (r: Pick<JudgedResult, 'sample' | 'characteristicId'>): string =>
  `${r.sample}/${r.characteristicId}`

const isSameFinding = (
  a: Pick<JudgedResult, 'value' | 'passed'>,
  b: Pick<JudgedResult, 'value' | 'passed'>,
): boolean => a.value === b.value && a.passed === b.passed

/** Whether the same was already recorded; the limits of a plan may have changed since. */
const isRepeated = (command: Recording, first: Recorded): boolean =>
  (['subjectKind', 'subjectId', 'planId', 'orderId', 'operationId', 'personId'] as const).every(
    (field) => command[field] === first[field],
  ) &&
  (command.materialId === null || command.materialId === first.materialId) &&
  command.results.length === first.results.length &&
  command.results.every((r, i) => isSameResult(r, first.results[i]!, command.planId !== null))

const isSameResult = (r: ResultInput, other: JudgedResult, isPlanned: boolean): boolean =>
  resultKey(r) === resultKey(other) &&
  r.instrumentId === other.instrumentId &&
  isSameFinding(r, other) &&
  (isPlanned || isSameCharacteristic(ownCharacteristic(r), other))
