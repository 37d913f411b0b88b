import type { Recorded } from '../domain/event.ts'
import { neededOf, type MaterialFacts } from '../projections/planning/needed-materials.ts'
import { DOWN_STATES } from '../projections/planning/read-rows.ts'
import type { ReadModels } from '../projections/read-models.ts'

/** By type: what a fact about material names, and where it says so. */
const MATERIAL: Readonly<Record<string, readonly [keyof MaterialFacts, string]>> = {
  ReceiptExpected: ['materials', 'materialId'],
  ExpectedReceiptClosed: ['receipts', 'receiptId'],
  LotReceived: ['materials', 'materialId'],
  LotHeld: ['lots', 'lotId'],
  LotReleased: ['lots', 'lotId'],
  LotAdjusted: ['lots', 'lotId'],
  LotScrapped: ['lots', 'lotId'],
  UnitReceived: ['materials', 'materialId'],
  UnitScrapped: ['serials', 'serial'],
}

/** Facts after which a plan may not hold any more. */
export const CONCERNS = [
  'ShiftPatternChanged',
  'CalendarDaysSet',
  'CalendarDaysCleared',
  'DownTimePlanned',
  'PlannedDownTimeCancelled',
  'CalendarCorrected',
  'ShiftAssigned',
  'ShiftAssignmentWithdrawn',
  'AbsenceRecorded',
  'AbsenceCancelled',
  'QualificationGranted',
  'QualificationSuspended',
  'QualificationSuspensionLifted',
  'QualificationRevoked',
  'EquipmentStateChanged',
  'OrderReleased',
  'OrderHeld',
  'OrderHoldLifted',
  'OrderCancelled',
  'EnergyTariffSet',
  ...Object.keys(MATERIAL),
]

/** Facts of long ago are read in batches; so long read models are waited for. */
const WAIT_MS = 5_000

/**
 * Of facts of the types above those that may change a plan: a machine that goes down or is back, and of material
 * what an open order needs.
 */
export function createRelevance(reads: Pick<ReadModels, 'query' | 'waitFor'>) {
  /** Machines that were heard to be down; of others it is not known that they are back. */
  const down = new Set<string>()
  const changesStanding = ({ data, metadata }: Recorded<any>): boolean => {
    const machine = JSON.stringify([metadata.site, data.equipmentId])
    if (!DOWN_STATES.includes(data.state)) return down.delete(machine)
    down.add(machine)
    return true
  }
  const needed = async (site: string, facts: readonly Recorded<any>[]): Promise<Set<Recorded>> => {
    const named = facts.map((fact) => {
      const [kind, field] = MATERIAL[fact.type]!
      return { fact, kind, id: fact.data[field] as string }
    })
    const ids = (of: keyof MaterialFacts) =>
      named.flatMap(({ kind, id }) => (kind === of ? [id] : []))
    const about = {
      ...{ materials: ids('materials'), lots: ids('lots') },
      ...{ serials: ids('serials'), receipts: ids('receipts') },
    }
    await reads.waitFor(Math.max(...facts.map(({ position }) => position)), WAIT_MS)
    const rows = await reads.query<{ kind: string; id: string }>(neededOf(site, about))
    const found = new Set(rows.map(({ kind, id }) => JSON.stringify([kind, id])))
    return new Set(
      named.flatMap(({ fact, kind, id }) => (found.has(JSON.stringify([kind, id])) ? [fact] : [])),
    )
  }
  return async (facts: readonly Recorded<any>[]): Promise<readonly Recorded[]> => {
    const ofMaterial = facts.filter(({ type }) => type in MATERIAL)
    const bySite = Map.groupBy(ofMaterial, ({ metadata }) => metadata.site)
    const sets = await Promise.all([...bySite].map(([site, own]) => needed(site, own)))
    return facts.filter((fact) =>
      fact.type in MATERIAL
        ? sets.some((set) => set.has(fact))
        : fact.type !== 'EquipmentStateChanged' || changesStanding(fact),
    )
  }
}
