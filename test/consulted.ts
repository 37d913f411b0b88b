import type { Consultation, Decider } from '../src/domain/decider.ts'

/** What a decision is given to see of other streams, each as `look` answers for it. */
export function consultedBy(
  { consults, consultsEach }: Decider,
  look: (consultation: Consultation<any, any>) => unknown,
): any {
  if (consults) return look(consults)
  if (!consultsEach) return undefined
  const named = Object.entries<Consultation<any, any>>(consultsEach)
  return Object.fromEntries(named.map(([name, consultation]) => [name, look(consultation)]))
}

/** As if nothing had ever happened in the streams it consults. */
export const nothingConsulted = (decider: Decider): any =>
  consultedBy(decider, ({ decider: other }) => other.initial)

/** The categories of the streams a decider consults. */
export const consultedCategories = ({ consults, consultsEach }: Decider): readonly string[] =>
  [
    ...(consults ? [consults] : []),
    ...Object.values<Consultation<any, any>>(consultsEach ?? {}),
  ].map(({ decider }) => decider.category)
