import type { EquipmentState } from '../../domain/equipment/events.ts'
import type { InputOf } from './actions.ts'

/** A plant that makes gear pumps: castings and bars are machined, pumps assembled, tested, cured. */
export const SITE = 'ULM'

/** Active power by what the machine does, kW. */
type Power = Readonly<Record<EquipmentState, number>>

export interface MachineSpec {
  readonly equipmentId: string
  readonly name: string
  readonly workCentreId: string
  readonly power: Power
  /** Mean running time between failures, minutes. */
  readonly mtbfMinutes: number
  /** One person a shift: early, late, night. */
  readonly crew: readonly [string, string, string]
  /** Fault the machine is prone to: its id on the machine, and what the panel shows. */
  readonly fault: readonly [string, string]
}

/** Standby and fault power follow from running and idle as measured on tools of this size. */
const power = (running: number, idle: number): Power => ({
  RUNNING: running,
  SETUP: idle * 1.4,
  STOPPED_INTERNAL: idle * 1.1,
  WAITING: idle,
  IDLE: idle,
  FAULT: idle * 0.8,
  MAINTENANCE: idle * 0.5,
  OFFLINE: 0.1,
})

const crew = (n: number): MachineSpec['crew'] => [`P-1${n}`, `P-2${n}`, `P-3${n}`]

const machine = (
  [equipmentId, name, workCentreId]: readonly [string, string, string],
  [running, idle]: readonly [number, number],
  [mtbfMinutes, ...fault]: readonly [number, string, string],
  n: number,
): MachineSpec => ({
  equipmentId,
  name,
  workCentreId,
  power: power(running, idle),
  mtbfMinutes,
  crew: crew(n),
  fault,
})

export const MACHINES: readonly MachineSpec[] = [
  machine(
    ['MILL-1', 'Milling centre 1', 'MILLING'],
    [18, 5.2],
    [260, '2041', 'Spindle chiller: flow too low'],
    10,
  ),
  machine(
    ['MILL-2', 'Milling centre 2', 'MILLING'],
    [18, 5.4],
    [310, '1162', 'Tool 12 broken'],
    11,
  ),
  machine(
    ['MILL-3', 'Milling centre 3', 'MILLING'],
    [24, 7.1],
    [380, '3310', 'Pallet changer: clamp not closed'],
    12,
  ),
  machine(
    ['LATHE-1', 'Lathe 1', 'TURNING'],
    [14, 4.1],
    [290, '700', 'Bar feeder empty or jammed'],
    13,
  ),
  machine(['LATHE-2', 'Lathe 2', 'TURNING'], [14, 4.3], [330, '716', 'Chuck pressure lost'], 14),
  machine(
    ['WASH-1', 'Washing machine', 'WASHING'],
    [22, 9],
    [520, 'E17', 'Bath temperature too low'],
    15,
  ),
  machine(['PRESS-1', 'Servo press', 'PRESSING'], [6, 1.1], [410, 'F203', 'Force window left'], 16),
  machine(
    ['ASSY-1', 'Assembly station 1', 'FINAL-ASSEMBLY'],
    [1.8, 0.7],
    [600, 'N05', 'Nutrunner: angle not reached'],
    17,
  ),
  machine(
    ['ASSY-2', 'Assembly station 2', 'FINAL-ASSEMBLY'],
    [1.8, 0.7],
    [600, 'N05', 'Nutrunner: angle not reached'],
    18,
  ),
  machine(
    ['TEST-1', 'Pump test bench', 'TESTING'],
    [31, 6.5],
    [450, 'T88', 'Oil temperature out of range'],
    19,
  ),
  machine(
    ['OVEN-1', 'Curing oven', 'CURING'],
    [36, 11],
    [900, 'H02', 'Circulating fan: motor protection'],
    20,
  ),
]

type Scope = InputOf<'DefineHierarchyScope'>
const scope = (
  level: Scope['level'],
  parentId: string | null,
  scopeId: string,
  name: string,
): Scope => ({ level, parentId, scopeId, name })

/** Parents before children. */
export const SCOPES: readonly Scope[] = [
  scope('ENTERPRISE', null, 'DANUBE-HYDRAULICS', 'Danube Hydraulics'),
  { ...scope('SITE', 'DANUBE-HYDRAULICS', SITE, 'Ulm plant'), timeZone: 'Europe/Berlin' },
  scope('AREA', SITE, 'MACHINING', 'Machining'),
  scope('AREA', SITE, 'ASSEMBLY', 'Assembly'),
  scope('WORK_CENTRE', 'MACHINING', 'MILLING', 'Milling'),
  scope('WORK_CENTRE', 'MACHINING', 'TURNING', 'Turning'),
  scope('WORK_CENTRE', 'MACHINING', 'WASHING', 'Washing'),
  scope('WORK_CENTRE', 'ASSEMBLY', 'PRESSING', 'Pressing'),
  scope('PRODUCTION_LINE', 'ASSEMBLY', 'FINAL-ASSEMBLY', 'Final assembly'),
  scope('WORK_CENTRE', 'ASSEMBLY', 'TESTING', 'Testing'),
  scope('WORK_CENTRE', 'ASSEMBLY', 'CURING', 'Curing'),
  scope('STORAGE_ZONE', 'MACHINING', 'RAW-STORE', 'Raw material store'),
  scope('STORAGE_ZONE', 'ASSEMBLY', 'PARTS-STORE', 'Parts supermarket'),
  scope('STORAGE_ZONE', SITE, 'QUARANTINE', 'Quarantine'),
  ...MACHINES.map((m) =>
    scope(
      m.workCentreId === 'FINAL-ASSEMBLY' ? 'WORK_CELL' : 'WORK_UNIT',
      m.workCentreId,
      m.equipmentId,
      m.name,
    ),
  ),
]

export const MAIN_METER = 'EM-MAIN'
export const AIR_METER = 'AM-MAIN'
export const meterOf = (equipmentId: string): string => `EM-${equipmentId}`

type MeterInput = InputOf<'RegisterMeter'>
/** The main meter first: the others hang below it. */
export const METERS: readonly MeterInput[] = [
  { meterId: MAIN_METER, name: 'Main electricity meter', scopeId: SITE, medium: 'ELECTRICITY' },
  ...MACHINES.map((m): MeterInput => ({
    meterId: meterOf(m.equipmentId),
    name: `Electricity of ${m.name.toLowerCase()}`,
    scopeId: m.equipmentId,
    parentMeterId: MAIN_METER,
    medium: 'ELECTRICITY',
  })),
  {
    meterId: AIR_METER,
    name: 'Compressed air of the plant',
    scopeId: SITE,
    medium: 'COMPRESSED_AIR',
    kind: 'COUNTER',
    unit: 'MTQ',
    digits: 7,
  },
]
