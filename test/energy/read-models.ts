import { projections } from '../../src/projections/index.ts'

/** Read models that energy is computed from. */
export const ofEnergy = projections.filter(
  ({ name, context }) => context === 'energy' || name === 'hierarchy',
)

/** Those, and what machines did and made. */
export const ofAllocation = projections.filter(({ context }) =>
  ['energy', 'site', 'equipment', 'material', 'production'].includes(context),
)
