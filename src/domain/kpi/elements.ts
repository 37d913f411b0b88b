/**
 * The elements of key figures, named as ISO 22400-2:2014 names them in open sources; those in lower
 * case are not of the standard. All but those of `isMean` add up: over windows,
 * machines, orders and sites.
 */
interface ElementDefinition {
  readonly name: string
  readonly unit: 'ms' | 'quantity' | 'count' | 'kWh' | 'measured'
  /** What has to be known of it before there is a value; absent: it is zero where nothing happened. */
  readonly source?: string
}

const time = (name: string, source?: string): ElementDefinition => ({
  ...{ name, unit: 'ms' },
  ...(source ? { source } : {}),
})
const amount = (name: string, source?: string): ElementDefinition => ({
  ...{ name, unit: 'quantity' },
  ...(source ? { source } : {}),
})
const measured = (name: string): ElementDefinition => ({
  ...{ name, unit: 'measured', source: 'inspection results of one characteristic' },
})

export const ELEMENTS = {
  POT: time('Planned operation time: shifts without breaks, as far as it is observed'),
  PDOT: time('Planned down time within it'),
  PBT: time('Planned busy time: POT - PDOT'),
  APT: time('Actual production time: value is added'),
  AUST: time('Actual unit setup time'),
  AUPT: time('Actual unit processing time: APT + AUST'),
  ADET: time('Actual unit delay time: interrupted while an order is worked on'),
  AUBT: time('Actual unit busy time: AUPT + ADET'),
  ADOT: time('Actual unit down time: available, but not executing an order'),
  CALENDAR_TIME: time('All time of the window, planned or not, as far as it is observed'),
  UNOBSERVED: time('Scheduled time of which nobody knows anything; part of no other element'),
  AOET: time('Actual order execution time: from start to end of each order'),
  POET: time('Planned order execution time: PRI x POQ + PUST', 'planned times of the orders'),
  PUST: time('Planned unit setup time', 'planned setup times of the orders'),
  APWT: time('Actual personnel work time on orders, breaks excluded'),
  APAT: time('Actual personnel attendance time', 'attendance of the persons'),
  TBF: time('Operating time between failures: production and setup'),
  TTR: time('Time to restoration: in a fault'),
  TTF: time('Time to failure: TBF - TTR'),
  FE: { name: 'Failure events', unit: 'count' },
  CMT: time('Corrective maintenance time: in a fault or in unplanned maintenance'),
  PMT: time('Preventive maintenance time: maintenance within planned down time'),
  PQ: amount('Produced quantity'),
  GQ: amount('Good quantity'),
  SQ: amount('Scrap quantity'),
  RQ: amount('Rework quantity'),
  PRI_PQ: time('Planned run time of what was produced: PRI x PQ', 'ideal cycle times'),
  PRI_GQ: time('Planned run time of what was good: PRI x GQ', 'ideal cycle times'),
  POQ: amount('Planned order quantity', 'quantities of the orders'),
  PSQ: amount(
    'Planned scrap quantity: PQ x planned scrap share of the operation',
    'planned scrap shares of the operations',
  ),
  EPC: amount('Equipment production capacity: rated output of the PBT', 'rated capacity'),
  CM: amount('Consumed material: what left its lot for good', 'material movements'),
  IGQ: amount('Integrated good quantity: consumed, less what was lost', 'material movements'),
  PL: amount(
    'Production loss: scrapped at work, or lost in a transformation',
    'material movements',
  ),
  STL: amount('Storage and transport loss: scrapped outside of work', 'material movements'),
  OL: amount('Other loss: found missing by counts', 'material movements'),
  TH: amount('Throughput: what left stock for use or delivery', 'material movements'),
  INV: amount('Average inventory of the lots, by time', 'material movements'),
  IP: { name: 'Inspected parts, at their first inspection', unit: 'count' },
  GP: { name: 'Good parts at their first inspection', unit: 'count' },
  FSQ: amount('Scrap of the operations after the first', 'the routing of the orders'),
  FPQ: amount('Produced quantity of the first operation', 'the routing of the orders'),
  E: { name: 'Energy used, all media', unit: 'kWh', source: 'meters' },
  N: { name: 'Measured values', unit: 'count', source: 'inspection results' },
  USL: measured('Upper specification limit'),
  LSL: measured('Lower specification limit'),
  XBAR: measured('Mean of the values'),
  S: measured('Standard deviation of the values (n - 1)'),
  SIGMA: measured('Standard deviation within subgroups: range / d2'),
} as const satisfies Record<string, ElementDefinition>

export type ElementId = keyof typeof ELEMENTS
/** Of which a part says nothing of the whole: means and limits of values, and mean stocks. */
export const isMean = (id: ElementId): boolean => id === 'INV' || ELEMENTS[id].unit === 'measured'
export const elementIds = Object.keys(ELEMENTS) as readonly ElementId[]
export const definitionOf = (id: ElementId): ElementDefinition => ELEMENTS[id]

/** What is known of elements; an absent one is not known, which is not zero. */
export type Elements = Partial<Record<ElementId, number>>

/** What is known of two parts together. */
export function addTo(sum: Elements, part: Elements): void {
  for (const id in part) {
    const key = id as ElementId
    sum[key] = (sum[key] ?? 0) + part[key]!
  }
}
