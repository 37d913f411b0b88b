import type { Characteristic, InspectionPlanEvent } from '../../domain/quality/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface CharacteristicRow {
  planId: string
  materialId: string
  operationId: string | null
  characteristicId: string
  /** Place in the plan, from 0. */
  place: number
  name: string
  kind: string
  nominal: number | null
  lowerLimit: number | null
  upperLimit: number | null
  unit: string | null
  /** Version of the plan that gave it these limits, and since when. */
  version: number
  since: string
}

/** What is inspected today: one row per characteristic of each plan's newest version. */
export const characteristics = projection<CharacteristicRow>()<InspectionPlanEvent>({
  name: 'characteristics',
  context: 'quality',
  version: 1,
  columns: {
    planId: 'text',
    materialId: 'text',
    operationId: 'text',
    characteristicId: 'text',
    place: 'bigint',
    name: 'text',
    kind: 'text',
    nominal: 'double precision',
    lowerLimit: 'double precision',
    upperLimit: 'double precision',
    unit: 'text',
    version: 'bigint',
    since: 'timestamptz',
  },
  indexes: [['planId', 'place'], ['materialId']],
  on: {
    InspectionPlanDefined: {
      key: (d) => [
        ...d.characteristics.map((c) => compositeKey(d.planId, c.characteristicId)),
        ...d.removed.map((gone) => compositeKey(d.planId, gone)),
      ],
      evolve: (row, { data, metadata }, key) => {
        const { planId, materialId, operationId, version } = data
        const place = data.characteristics.findIndex(
          (c) => compositeKey(planId, c.characteristicId) === key,
        )
        const now = data.characteristics[place]
        if (now === undefined) return null
        if (row && isSame(row, now)) return { ...row, place }
        const plan = { planId, materialId, operationId, version }
        return { ...plan, ...now, place, since: metadata.occurredAt }
      },
    },
  },
})

const isSame = (row: CharacteristicRow, now: Characteristic): boolean =>
  (Object.keys(now) as (keyof Characteristic)[]).every((field) => row[field] === now[field])
