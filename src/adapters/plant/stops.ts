import { minutes, type Process } from './clock.ts'
import type { InputOf } from './actions.ts'
import { MACHINES } from './layout.ts'
import type { Machine } from './machines.ts'
import type { Plant } from './plant.ts'
import { PRODUCTS } from './products.ts'

type Reason = InputOf<'DefineStopReason'>
const reason = (
  reasonId: string,
  name: string,
  more: Pick<Reason, 'parentId' | 'category'>,
): Reason => ({ reasonId, name, ...more })

const MACHINE = 'MACHINE'
const faultReason = ({ fault: [code] }: Pick<Machine, 'fault'>): string => `FAULT-${code}`

/** Why machines of this plant stand still: parents before children. */
const REASONS: readonly Reason[] = [
  reason(MACHINE, 'Machine', { category: 'BREAKDOWN' }),
  ...MACHINES.filter((m, i) => MACHINES.findIndex((n) => n.fault[0] === m.fault[0]) === i).map(
    (m) => reason(faultReason(m), m.fault[1], { parentId: MACHINE }),
  ),
  reason('SUPPLY', 'Supply', { category: 'WAITING_MATERIAL' }),
  reason('NO-BLANKS', 'No blanks at the machine', { parentId: 'SUPPLY' }),
  reason('SETTING-UP', 'Setting up', { category: 'SETUP' }),
  reason('PERSON', 'Nobody at the machine', { category: 'WAITING_PERSONNEL' }),
]

const iso = (ms: number): string => new Date(ms).toISOString()
const LIMIT_MINUTES = 3
/** Of the machines of this plant by their makers, whatever they work on. */
const RATED_PER_HOUR = 20

/** Reasons, from when on a stop has to be explained, and how long each piece takes at best. */
export function planStops({ command, now }: Plant): void {
  for (const one of REASONS) command('DefineStopReason', one)
  const validFrom = iso(now())
  command('SetMicroStopLimit', {
    ...{ scopeId: 'MACHINING', limitMs: minutes(LIMIT_MINUTES), validFrom },
  })
  for (const { equipmentId } of MACHINES)
    command('RateEquipmentCapacity', { equipmentId, validFrom, perHour: RATED_PER_HOUR })
  for (const { materialId, operations } of PRODUCTS)
    for (const { operationId, workCentreId, cycleMinutes, perCycle } of operations)
      for (const { equipmentId } of MACHINES.filter((m) => m.workCentreId === workCentreId))
        command('DefineCycleTime', {
          ...{ equipmentId, materialId, operationId, validFrom },
          idealMs: minutes(cycleMinutes) / perCycle,
        })
}

const EXPLAINED_AFTER_MINUTES = 3
/** People forget one in three. */
const FORGOTTEN_EVERY = 3

/** After a machine failed somebody says why. @param from when it stopped, epoch milliseconds */
export function* explain(
  plant: Plant,
  machine: Machine,
  { from, personId }: { readonly from: number; readonly personId: string },
): Process {
  const to = plant.now()
  const decisionId = plant.number('D')
  if (Number(decisionId.slice(-4)) % FORGOTTEN_EVERY === 0) return
  yield minutes(EXPLAINED_AFTER_MINUTES)
  plant.command('ClassifyStop', {
    equipmentId: machine.equipmentId,
    ...{ startedAt: iso(from), from: iso(from), to: iso(to), basedOn: 0, personId },
    reasonId: faultReason(machine),
    decisionId,
  })
}
