import type { Problem } from '../../domain/planning/problem.ts'
import type { EnergyTariffRow } from '../energy/energy-tariffs.ts'
import type { Keyed } from '../projection.ts'
import type { Findings } from './rows.ts'
import type { Horizon } from './seconds.ts'

type Prices = Required<Problem>['energyPrices']

/**
 * Prices of the whole horizon from the tariffs of a site. Of two that price the same moment the one that
 * begins later counts. What none prices counts as the mean of what they do: neither cheap nor dear.
 */
export function energyPricesOf(
  tariffs: readonly Keyed<EnergyTariffRow>[],
  { horizon, findings }: { readonly horizon: Horizon; readonly findings: Findings },
): Prices {
  let known: Prices = []
  const later = tariffs.toSorted(
    (a, b) =>
      (a.startsAt < b.startsAt ? 1 : a.startsAt > b.startsAt ? -1 : 0) || (a.key < b.key ? 1 : -1),
  )
  for (const { prices } of later) {
    const own = prices.flatMap((one) => {
      const span = { ...horizon.span(one), price: one.pricePerKwh }
      return span.from < span.to ? [span] : []
    })
    known = [...known, ...outside(own, known)].sort((a, b) => a.from - b.from)
  }
  if (known.length === 0) return []
  const priced = known.reduce((sum, { from, to }) => sum + to - from, 0)
  const mean = known.reduce((sum, { from, to, price }) => sum + price * (to - from), 0) / priced
  const rest = outside([{ from: 0, to: horizon.seconds, price: mean }], known)
  if (rest[0])
    findings.tell(
      'EnergyPriceUnknown',
      {},
      `No tariff has a price for some of the time from ${horizon.instant(rest[0].from)} on; the mean of the known ones counts there.`,
    )
  return [...known, ...rest].sort((a, b) => a.from - b.from)
}

/** What of these no other of `taken` prices; both sorted, without overlap. */
function outside(spans: Prices, taken: Prices): Prices {
  const found: Prices[number][] = []
  let next = 0
  for (const { from, to, price } of spans) {
    let at = from
    while (next < taken.length && taken[next]!.to <= from) next++
    for (let i = next; i < taken.length && taken[i]!.from < to; i++) {
      if (taken[i]!.from > at) found.push({ from: at, to: taken[i]!.from, price })
      at = Math.max(at, taken[i]!.to)
    }
    if (at < to) found.push({ from: at, to, price })
  }
  return found
}
