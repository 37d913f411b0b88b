import { builder } from './builder.ts'
import type { Converted } from './energy-factors.ts'

const FactorUsed = builder.objectRef<Converted['factors'][number]>('FactorUsed').implement({
  description: 'A factor that a number was computed with.',
  fields: (t) => ({
    factorId: t.exposeID('factorId', { description: 'Factor.' }),
    value: t.exposeFloat('value', { description: 'kg CO2e, or kWh, of one unit.' }),
    unit: t.exposeString('unit', { description: 'The unit it is for.' }),
    source: t.exposeString('source', { description: 'Where it was taken from.' }),
    validFrom: t.expose('validFrom', { type: 'DateTime', description: 'Valid from.' }),
    validTo: t.expose('validTo', {
      type: 'DateTime',
      nullable: true,
      description: 'Valid until; null until another takes over.',
    }),
  }),
})
export const ConvertedRef = builder.objectRef<Converted>('ConvertedEnergy').implement({
  description: 'What factors valid at the time make of what flowed.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'kg CO2e (location-based), or kWh.' }),
    uncovered: t.exposeFloat('uncovered', {
      description: 'What no factor was valid for, in the unit of the meters; not part of value.',
    }),
    factors: t.field({
      type: [FactorUsed],
      description: 'Factors used, by validity.',
      resolve: ({ factors }) => [...factors],
    }),
  }),
})
