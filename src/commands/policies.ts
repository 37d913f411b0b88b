import { exchangePolicy } from '../domain/material/component-exchange.ts'
import { transferPolicy } from '../domain/material/transfer.ts'
import { demandWatch } from './energy/watch-demand.ts'
import type { Policy } from './policy.ts'

/** Every policy; each runs with its own checkpoint wherever the role `policy` is. */
export const policies: readonly Policy[] = [demandWatch, exchangePolicy, transferPolicy]
