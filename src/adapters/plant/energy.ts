import { exact } from '../../domain/types.ts'
import { minutes, type Process } from './clock.ts'
import { AIR_METER, MACHINES, MAIN_METER, meterOf } from './layout.ts'
import type { Plant } from './plant.ts'

/** Grid operators settle electricity by the quarter hour. */
const INTERVAL_MS = minutes(15)
/** Compressors, lighting, ventilation: what no machine meter sees, kW. */
const BASE_LOAD_KW = 26
/** What the grid contract allows, averaged over a quarter of an hour, kW. */
const LIMIT_KW = 160
const PEAK_OVER_MEAN = [1.04, 1.3] as const
/** Compressed air a machine takes while it runs, cubic metres an hour. */
const AIR_PER_HOUR = 7

/** What nobody measures, a limit of the grid contract, a factor, and how a machine's energy is shared. */
export function planEnergy({ command, now }: Plant): void {
  const rest = MACHINES.map((m) => ({ meterId: meterOf(m.equipmentId), factor: -1 }))
  command('DefineVirtualMeter', {
    ...{ meterId: 'EM-REST', name: 'Compressors, light and air', medium: 'ELECTRICITY' },
    terms: [{ meterId: MAIN_METER, factor: 1 }, ...rest],
  })
  command('SetDemandLimit', { meterId: MAIN_METER, limitKw: LIMIT_KW, timeZone: 'Europe/Berlin' })
  command('SetEnergyFactor', {
    ...{ factorId: 'grid-de', kind: 'EMISSION', medium: 'ELECTRICITY', unit: 'KWH', value: 0.342 },
    ...{ source: 'Ember, yearly average of Germany, 342 g CO2e/kWh', validFrom: iso(now()) },
  })
  const first = MACHINES[0]!.equipmentId
  command('DefineAllocationRule', {
    ...{ meterId: meterOf(first), basis: 'CYCLE', periodMinutes: 60 },
    ...{ equipment: [{ equipmentId: first }], reason: 'idle time belongs to what is made next' },
  })
}

/** Meters of machines and of the plant report each quarter of an hour, on the quarter. */
export function* measureEnergy(plant: Plant): Process {
  let air = plant.random.whole(120_000, 900_000)
  yield INTERVAL_MS - (plant.now() % INTERVAL_MS)
  for (const machine of plant.machines) machine.drawn()
  for (;;) {
    const from = plant.now()
    yield INTERVAL_MS
    const window = { from: iso(from), to: iso(plant.now()) }
    const readings = plant.machines.map((machine) => ({
      meterId: meterOf(machine.equipmentId),
      energyKwh: exact(machine.drawn()),
    }))
    const base = (BASE_LOAD_KW / 4) * plant.random.normal(1, 0.03)
    const total = readings.reduce((sum, r) => sum + r.energyKwh, base)
    for (const reading of [...readings, { meterId: MAIN_METER, energyKwh: exact(total) }])
      measured(plant, window, reading)
    const running = plant.machines.filter((m) => m.state() === 'RUNNING').length
    air = exact(air + ((2 + running) * AIR_PER_HOUR * plant.random.between(0.8, 1.2)) / 4)
    plant.observe({ type: 'MeterRead', data: { meterId: AIR_METER, reading: air, unit: 'MTQ' } })
  }
}

function measured(
  plant: Plant,
  window: { readonly from: string; readonly to: string },
  reading: { readonly meterId: string; readonly energyKwh: number },
): void {
  const meanKw = reading.energyKwh * 4
  plant.observe({
    type: 'EnergyMeasured',
    data: {
      ...window,
      ...reading,
      demandKw: exact(meanKw * plant.random.between(...PEAK_OVER_MEAN)),
      reactiveLaggingKvarh: null,
      reactiveLeadingKvarh: null,
      co2Kg: null,
    },
  })
}

const iso = (ms: number): string => new Date(ms).toISOString()
