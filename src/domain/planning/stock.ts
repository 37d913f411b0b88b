import type { Problem } from './problem.ts'
import { NEVER } from './working-time.ts'

/** The balance of one material over time, as its changes by time. */
export interface Stock {
  readonly at: number[]
  readonly change: number[]
}

export function stockOf({ stock, receipts }: NonNullable<Problem['materials']>[number]): Stock {
  const sorted = [...(receipts ?? [])].sort((a, b) => a.at - b.at)
  return {
    at: [-NEVER, ...sorted.map(({ at }) => at)],
    change: [stock, ...sorted.map(({ quantity }) => quantity)],
  }
}

export function book({ at, change }: Stock, when: number, quantity: number): void {
  let i = at.length
  while (i > 0 && at[i - 1]! > when) i--
  at.splice(i, 0, when)
  change.splice(i, 0, quantity)
}

/** The first moment at or after `when` from which `quantity` can be taken without ever missing. */
export function availableFrom({ at, change }: Stock, when: number, quantity: number): number {
  let balance = 0
  for (const one of change) balance += one
  for (let i = at.length - 1; i >= 0; i--) {
    if (balance < quantity) return i === at.length - 1 ? NEVER : Math.max(when, at[i + 1]!)
    if (at[i]! <= when) return when
    balance -= change[i]!
  }
  return when
}
