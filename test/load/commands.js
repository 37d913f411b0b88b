/** Orders from release to inspection, one command at a time, as people and terminals send them. */
import exec from 'k6/execution'
import { ask } from './client.js'
import {
  arriving,
  BATCH,
  COMMANDS,
  DEMO_SITE,
  DURATIONS,
  RUN,
  SECONDS,
  SITE,
  WARM_UP,
} from './settings.js'

/** Machines of the demo's plant that report their state. */
const MACHINES = ['MILL-1', 'MILL-2', 'MILL-3', 'LATHE-1', 'LATHE-2', 'WASH-1', 'PRESS-1', 'TEST-1']
/** Where the work is done: a thousand commands a second are those of a large plant, not of six machines. */
const STATIONS = 2000
const PEOPLE = 500
const STATES = ['RUNNING', 'IDLE', 'RUNNING', 'SETUP', 'RUNNING', 'WAITING']
const BOOKINGS = 5

const documents = new Map()
/** One mutation of these types; GraphQL executes its fields one after the other. */
function documentOf(types) {
  const name = types.join('')
  if (!documents.has(name)) {
    const variables = types.map((type, i) => `$id${i}: ID!, $input${i}: ${type}Input!`)
    const fields = types.map((type, i) => {
      const field = type[0].toLowerCase() + type.slice(1)
      return `c${i}: ${field}(commandId: $id${i}, site: "${SITE}", input: $input${i}) { ...result }`
    })
    documents.set(
      name,
      `mutation Work(${variables.join(', ')}) { ${fields.join(' ')} }
      fragment result on CommandResult {
        __typename ... on Ack { position } ... on Rejected { code message }
        ... on InvalidInput { code message } ... on Denied { code message }
      }`,
    )
  }
  return documents.get(name)
}

const operation = (operationId, name, workCentreId, sequence) => ({
  ...{ operationId, name, workCentreId, sequence },
})
const pieces = { quantity: 50, unit: 'C62' }

/** All commands of one job, in order; each waits for the one before. */
function jobOf(job) {
  const n = Number(job.slice(job.lastIndexOf('-') + 1))
  const orderId = `PO-${job}`
  const steel = { lotId: `ST-${job}`, unit: 'KGM' }
  const equipmentId = `STATION-${(exec.vu.idInTest * 7 + n) % STATIONS}`
  const personId = `L-${(exec.vu.idInTest * 3 + n) % PEOPLE}`
  const work = (operationId) => {
    const at = { orderId, operationId, personId }
    const booking = (_, i) => {
      const bookingId = `${operationId}-${i}`
      return ['ReportQuantity', { ...at, bookingId, equipmentId, good: 10, scrap: i % 2 }]
    }
    return {
      begin: ['StartOperation', { ...at, equipmentId }],
      bookings: Array.from({ length: BOOKINGS }, booking),
      end: ['CompleteOperation', at],
    }
  }
  const [turn, mill] = [work('10'), work('20')]
  const result = (characteristicId) => ({
    ...{ characteristicId, kind: 'DIAMETER', unit: 'MMT', nominal: 12 },
    ...{ lowerLimit: 11.9, upperLimit: 12.1, value: 11.95 + (n % 10) / 100 },
  })
  return [
    [
      'ReleaseOrder',
      {
        ...{ orderId, materialId: 'FLANGE', ...pieces, dueAt: new Date().toISOString() },
        operations: [operation('10', 'Turn', 'TURN', 10), operation('20', 'Mill', 'MILL', 20)],
      },
    ],
    ['ReceiveLot', { ...steel, movementId: 'in', materialId: 'BAR', quantity: 200 }],
    turn.begin,
    ['ConsumeLot', { ...steel, movementId: 'out', quantity: 120, orderId, operationId: '10' }],
    ...turn.bookings,
    turn.end,
    mill.begin,
    ...mill.bookings,
    mill.end,
    ['ReceiveLot', { ...steel, movementId: 'rest', materialId: 'BAR', quantity: 5 }],
    [
      'ProduceLot',
      { lotId: `FL-${job}`, movementId: 'made', materialId: 'FLANGE', ...pieces, orderId },
    ],
    [
      'RecordInspection',
      {
        ...{ inspectionId: `I-${job}`, subjectKind: 'LOT', subjectId: `FL-${job}`, orderId },
        results: ['D1', 'D2', 'D3'].map(result),
      },
    ],
  ]
}

let jobs = 0
let job = ''
let steps = []
let step = 0

export function command() {
  if (step === steps.length) {
    job = `${RUN}-${exec.vu.idInTest}-${jobs++}`
    steps = jobOf(job)
    step = 0
  }
  const sent = steps.slice(step, step + BATCH)
  const variables = {}
  for (const [i, [, input]] of sent.entries()) {
    variables[`id${i}`] = `${job}/${step + i}`
    variables[`input${i}`] = input
  }
  step += sent.length
  const types = sent.map(([type]) => type)
  if (!ask('command', documentOf(types), variables, '"Ack"', sent.length)) step = steps.length
}

const OBSERVE = `mutation Observe($observations: [EquipmentStateChangedObservation!]!) {
  recordEquipmentStateChanged(source: "load-${RUN}", site: "${DEMO_SITE}", observations: $observations) {
    __typename ... on Recording { recorded }
  }
}`

/** Every five seconds, what the machines are doing now. */
export function observe() {
  const n = exec.scenario.iterationInTest
  const occurredAt = new Date().toISOString()
  const observations = MACHINES.map((equipmentId, m) => {
    const state = STATES[(n + m) % STATES.length]
    return { occurredAt, sourceSequence: n * MACHINES.length + m, data: { equipmentId, state } }
  })
  ask('observe', OBSERVE, { observations }, `"recorded":${MACHINES.length}`)
}

export const scenarios = {
  commands: arriving(Math.ceil(COMMANDS / BATCH), 'command'),
  observations: {
    ...{ executor: 'constant-arrival-rate', exec: 'observe', rate: 1, timeUnit: '5s' },
    ...{ duration: `${WARM_UP + SECONDS}s`, preAllocatedVUs: 4 },
  },
}
export const thresholds = {
  command_ms: DURATIONS,
  failed: ['rate==0'],
  dropped_iterations: ['count==0'],
}
export const options = { scenarios, thresholds, discardResponseBodies: false }
