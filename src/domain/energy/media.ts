import { z } from 'zod'

/** What flows through a meter. */
export const medium = z.enum([
  'ELECTRICITY',
  'GAS',
  'COMPRESSED_AIR',
  'HEAT',
  'COOLING',
  'STEAM',
  'WATER',
  'OTHER',
])
export type Medium = z.output<typeof medium>
