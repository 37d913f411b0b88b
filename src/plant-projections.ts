import type { Config } from './config.ts'
import { epcisEvents, epcisEventsFor } from './projections/epcis/epcis-events.ts'
import type { Naming } from './projections/epcis/names.ts'
import { projections } from './projections/index.ts'
import type { Projection } from './projections/projection.ts'

/** How this plant names its things in EPCIS. */
export const namingOf = ({ epcisBase, gs1Prefix }: Config): Naming => ({
  base: epcisBase,
  gs1Prefix: gs1Prefix ?? null,
})

/** Every read model, with the names that the configuration gives to things. */
export const projectionsOf = (config: Config): readonly Projection[] =>
  projections.map((p) => (p === epcisEvents ? epcisEventsFor(namingOf(config)) : p))
