import { projections } from '../../src/projections/index.ts'

/** Read models that energy is computed from. */
export const ofEnergy = projections.filter(
  ({ name, context }) => context === 'energy' || name === 'hierarchy',
)
