import { WORKING_TIME_FACTS } from '../domain/calendar/events.ts'
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
  ...WORKING_TIME_FACTS,
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

/** A machine that is down. */
export interface Down {
  readonly site: string
  readonly equipmentId: string
  /** ISO-8601 */
  readonly since: string
}

/**
 * Of facts of the types above those that may change a plan: a machine that goes down or is back, and of material
 * what an open order needs.
 * @param known machines that are down to begin with
 */
export function createRelevance(
  reads: Pick<ReadModels, 'query' | 'waitFor'>,
  known: readonly Down[] = [],
) {
  const keyOf = ({ site, equipmentId }: Pick<Down, 'site' | 'equipmentId'>): string =>
    JSON.stringify([site, equipmentId])
  const down = new Map(known.map((one) => [keyOf(one), one]))
  const changesStanding = ({ data, metadata }: Recorded<any>): boolean => {
    const { site, occurredAt } = metadata
    const { equipmentId } = data
    const machine = keyOf({ site, equipmentId })
    if (!DOWN_STATES.includes(data.state)) return down.delete(machine)
    const since = down.get(machine)?.since ?? occurredAt
    down.set(machine, { site, equipmentId, since })
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
  const relevant = async (facts: readonly Recorded<any>[]): Promise<readonly Recorded[]> => {
    const ofMaterial = facts.filter(({ type }) => type in MATERIAL)
    const bySite = Map.groupBy(ofMaterial, ({ metadata }) => metadata.site)
    const sets = await Promise.all([...bySite].map(([site, own]) => needed(site, own)))
    return facts.filter((fact) =>
      fact.type in MATERIAL
        ? sets.some((set) => set.has(fact))
        : fact.type !== 'EquipmentStateChanged' || changesStanding(fact),
    )
  }
  return { relevant, down: () => down.values() }
}
