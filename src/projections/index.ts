import { bookings } from './production/bookings.ts'
import { orders } from './production/orders.ts'
import { workClocks } from './production/work-clocks.ts'
import type { Projection } from './projection.ts'

/** Every read model; the projector keeps them all. */
export const projections: readonly Projection[] = [bookings, orders, workClocks]
