import type { BottleneckChance } from '../../domain/planning/bottleneck-watch.ts'
import type { StretchForecast } from './bottleneck-forecast.ts'

/**
 * By machine: the first hour to come in which it becomes the bottleneck, with how likely that is, else its most
 * likely hour. The hour that has begun is no warning.
 */
export function chancesOf([, ...hours]: readonly StretchForecast[]): BottleneckChance[] {
  const found = new Map<string, BottleneckChance>()
  for (const { from, machines, warning } of hours)
    for (const { equipmentId, probability } of machines) {
      const known = found.get(equipmentId)
      if (known && known.startsAt !== null) continue
      if (warning === equipmentId)
        found.set(equipmentId, { equipmentId, startsAt: from, probability })
      else if (!known || known.probability < probability)
        found.set(equipmentId, { equipmentId, startsAt: null, probability })
    }
  return [...found.values()]
}
