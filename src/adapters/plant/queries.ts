import { SITE } from './layout.ts'
import { plannedWork, whatIf, whyLate } from './planning-queries.ts'
import { PUMP, VALVE } from './products.ts'

/** Queries a newcomer can paste: each shows another side of the same facts. */
export interface DemoQuery {
  /** Of the operation: GraphiQL shows it on its tab. */
  readonly name: string
  readonly about: string
  readonly query: string
}

/** The query as a document of its own that says what it is about. */
export const documentOf = ({ name, about, query }: DemoQuery): string =>
  `# ${about}\nquery ${name} ${query.trim()}\n`

const running = `{
  orders(
    first: 5, orderBy: { field: dueAt, direction: ASC }
    where: { status: [RUNNING], materialId: "${PUMP}" }
  ) {
    totalCount
    nodes {
      orderId priority dueAt
      quantity { value unit }
      operations {
        name status startedAt setupMs productionMs breakMs
        good { value } scrap { value }
      }
    }
  }
}`

const replaced = `{
  units(
    first: 1, orderBy: { field: createdAt, direction: ASC }
    where: { materialId: ["${VALVE}"], status: [SCRAPPED] }
  ) {
    nodes {
      serial supplierId scrapReason
      installations {
        installedAt removedAt removalReason
        parent {
          serial materialId orderId
          operations { operationName equipmentId program startedAt endedAt }
          inspections { at verdict results { name value unit lowerLimit upperLimit verdict } }
          components(includeRemoved: true) { serial materialId position removedAt }
          materials { lotId materialId quantity { value unit } }
        }
      }
    }
  }
}`

const genealogy = `{
  units(
    first: 1, orderBy: { field: createdAt, direction: ASC }, where: { materialId: ["${PUMP}"] }
  ) {
    nodes {
      serial
      trace(direction: BACKWARD, first: 50) {
        nodes { kind id level certain atLeast { value unit } }
        edges { kind from { id } to { id } quantity { value unit } personId partyId occurredAt }
      }
    }
  }
}`

const machines = `{
  equipment(first: 20, where: { level: [WORK_UNIT, WORK_CELL] }) {
    nodes {
      equipmentId name state nativeState since reason program
      openAlarms { severity text raisedAt }
      counters { counter reading { value unit } }
    }
  }
  energyIntervals(first: 12) {
    nodes { meterId from to quantity { value unit } demandKw }
  }
}`

const planned = `{
  calendars(where: { kind: EQUIPMENT }) {
    nodes {
      calendarId name timeZone
      patterns { from pattern { dayStart shifts { shiftId start end breaks { start end } } } }
      plannedDownTimes { from to purpose cause }
    }
  }
}`

const DAY_MS = 86_400_000
const now = Date.now()
const stopsOfToday = `{
  stops(
    first: 10
    where: {
      from: "${new Date(now - DAY_MS).toISOString()}", to: "${new Date(now + DAY_MS).toISOString()}"
      kind: STOP, category: [BREAKDOWN]
    }
  ) {
    totalCount
    nodes {
      equipmentId from to durationMs state sourceReason day shiftId category element version
      classification { reason { reasonId name parent { name } } decidedBy decidedAt }
    }
  }
  stopReasons(where: { atTop: true }) { nodes { reasonId name category children { reasonId name } } }
}`

const people = `{
  onShift { person { name } isPresent assignments { shiftId day } }
  qualifiedPersons(workCentreId: "TESTING", unqualified: true, first: 5, site: "ULM") {
    required { qualificationId }
    persons { person { name } qualified missing { qualificationId why } }
  }
  heldQualifications(where: { expiringWithinDays: 30 }) {
    nodes { person { name } qualificationId expiresAt evidence }
  }
  clearances(first: 3) { nodes { at person { name } orderId proof { qualificationId version } } }
}`

const energyOfToday = `{
  energyAllocation(
    scopeId: "MACHINING", groupBy: ORDER
    from: "${new Date(now - DAY_MS).toISOString()}", to: "${new Date(now + DAY_MS).toISOString()}"
  ) {
    total { value unit } allocated { value } unallocated { value } standbyShare
    rules { meterId version basis }
    shares { orderId quantity { value } co2eKg goodUnits quantityPerGoodUnit }
  }
  virtualMeters { nodes { meterId name terms { meterId factor } } }
}`

const effectiveness = `{
  oee: kpi(
    name: "oee", scope: ["${SITE}"], groupBy: [EQUIPMENT]
    window: {
      from: "${new Date(now - DAY_MS).toISOString()}", to: "${new Date(now + DAY_MS).toISOString()}"
    }
  ) {
    value coverage nullReason until
    groups { keys { name } value numerator denominator coverage nullReason }
    events(first: 5) { nodes { position type } }
  }
  kpiDefinitions(standardOnly: true) { number id name formula }
}`

const sinceYesterday = `window: {
      from: "${new Date(now - DAY_MS).toISOString()}", to: "${new Date(now + DAY_MS).toISOString()}"
    }`

const losses = `{
  timeLosses(scope: ["MACHINING"], ${sinceYesterday}) {
    until endsBecause bars { kind name durationMs share }
  }
  downtimePareto(scope: ["${SITE}"], ${sinceYesterday}, by: REASON, level: 1) {
    durationMs count bars { name category durationMs count cumulativeShare }
  }
  bottlenecks(scope: ["MACHINING"], ignoreGapMs: 60000, ${sinceYesterday}) {
    primary byUtilisation
    machines { equipmentId soleMs shiftingMs frequency severityMs utilisation }
  }
  scrapPareto(scope: ["${SITE}"], ${sinceYesterday}) { bars { id scrap cumulativeShare } }
  firstPassPareto(scope: ["${SITE}"], ${sinceYesterday}) {
    bars { name inspected failedFirst firstPassYield cumulativeShare }
  }
  ordersAgainstPlan(scope: ["${SITE}"], ${sinceYesterday}, first: 3) {
    orderId latenessMs plannedMs workedMs
    operations { name plannedRunMs earnedRunMs runMs waitMs interruptedMs }
  }
  kpiTrend(name: "availability", scope: ["MACHINING"], ${sinceYesterday}, by: SHIFT) {
    points { name value coverage change { before after pValue } }
  }
  controlChart(
    scope: ["${SITE}"], filter: { characteristicId: "Q1", materialIds: ["${PUMP}"] }, rules: NELSON
    ${sinceYesterday}
  ) {
    kind sigma values { lower centre upper } points(signalsOnly: true) { at value signals { name } }
  }
}`

const signed = `{
  signatureRules { nodes { kind requirements { meaning independent } } }
  signatures(first: 5) {
    nodes {
      kind recordId revision meaning signedAt person { name } valid changedBy { type occurredAt } hash
    }
  }
  orders(first: 2, orderBy: { field: endedAt, direction: ASC }, where: { status: [COMPLETED] }) {
    nodes { orderId signatureStatus { state required { meaning signature { signedAt } } } }
  }
}`

const recalled = `{
  units(first: 1, orderBy: { field: createdAt, direction: ASC }, where: { status: [SHIPPED] }) {
    nodes {
      serial
      processValues { parameterId value lowerLimit upperLimit verdict }
    }
  }
  recall(of: { material: {
    materialId: "${VALVE}"
    from: "${new Date(now - DAY_MS).toISOString()}", to: "${new Date(now + DAY_MS).toISOString()}"
  } }) {
    shipments(first: 5) { id customerId deliveryId shippedAt }
    components(first: 5) { id parentSerial }
    totals { disposition materialId quantity { value } }
  }
  recallDrills(first: 2) { nodes { drillId status lots { lotId } } }
}`

/** Each of them answers with content as soon as the history of the plant is in; a test runs them. */
export const demoQueries: readonly DemoQuery[] = [
  {
    name: 'PumpOrders',
    about: 'Pump orders being worked on, first due first, with the progress of each operation',
    query: running,
  },
  {
    name: 'ReplacedValve',
    about: 'A valve was replaced at the test bench: all that is known of the pump it was in',
    query: replaced,
  },
  {
    name: 'Machines',
    about: 'What every machine does now, and the last quarter hour of energy',
    query: machines,
  },
  {
    name: 'Calendars',
    about: 'When the plant is planned to work, and which machine is planned to be down',
    query: planned,
  },
  {
    name: 'Breakdowns',
    about: 'Where machines broke down today, and what people said why',
    query: stopsOfToday,
  },
  {
    name: 'People',
    about: 'Who is on shift, who may test pumps, and whose qualification expires within 30 days',
    query: people,
  },
  {
    name: 'Genealogy',
    about: 'What the first pump was made of, level by level, down to the suppliers',
    query: genealogy,
  },
  {
    name: 'EnergyOfToday',
    about: 'What the energy of the machines was used for today',
    query: energyOfToday,
  },
  {
    name: 'Effectiveness',
    about: 'OEE of the plant and its machines since yesterday, and facts behind it',
    query: effectiveness,
  },
  {
    name: 'Losses',
    about: 'Where time, pieces and days were lost since yesterday: the analysers',
    query: losses,
  },
  {
    name: 'Recall',
    about: 'A recall of all valves: who has the pumps; and recalls that were practised',
    query: recalled,
  },
  {
    name: 'Plan',
    about: 'What the milling machines do next by the plan in force, and orders that will be late',
    query: plannedWork,
  },
  {
    name: 'WhyLate',
    about: 'Why a rush order will be late: its work, what it waits for, and what would help',
    query: whyLate,
  },
  {
    name: 'WhatIf',
    about: 'What will hold up the next eight hours, and what if a mill were ten percent faster',
    query: whatIf,
  },
  {
    name: 'SignedOff',
    about: 'Which completed orders are signed off, by whom, and what is missing',
    query: signed,
  },
]
