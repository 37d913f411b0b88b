import type { Mode } from '../../src/domain/planning/problem.ts'

/** Seeds of times and machines of ta01 to ta50 (Taillard, "Benchmarks for basic scheduling problems", EJOR 64,
 * 1993), ten a size. */
const SIZES = [
  [15, 15],
  [20, 15],
  [20, 20],
  [30, 15],
  [30, 20],
] as const
const SEEDS = [
  [840612802, 398197754],
  [1314640371, 386720536],
  [1227221349, 316176388],
  [342269428, 1806358582],
  [1603221416, 1501949241],
  [1357584978, 1734077082],
  [44531661, 1374316395],
  [302545136, 2092186050],
  [1153780144, 1393392374],
  [73896786, 1544979948],
  [533484900, 317419073],
  [1894307698, 1474268163],
  [874340513, 509669280],
  [1124986343, 1209573668],
  [1463788335, 529048107],
  [1056908795, 25321885],
  [195672285, 1717580117],
  [961965583, 1353003786],
  [1610169733, 1734469503],
  [532794656, 998486810],
  [1035939303, 773961798],
  [5997802, 1872541150],
  [1357503601, 722225039],
  [806159563, 1166962073],
  [1902815253, 1879990068],
  [1503184031, 1850351876],
  [1032645967, 99711329],
  [229894219, 1158117804],
  [823349822, 108033225],
  [1297900341, 489486403],
  [98640593, 1981283465],
  [1839268120, 248890888],
  [573875290, 2081512253],
  [1670898570, 788294565],
  [1118914567, 1074349202],
  [178750207, 294279708],
  [1549372605, 596993084],
  [798174738, 151685779],
  [553410952, 1329272528],
  [1661531649, 1173386294],
  [1841414609, 1357882888],
  [2116959593, 1546338557],
  [796392706, 1230864158],
  [532496463, 254174057],
  [2020525633, 978943053],
  [524444252, 185526083],
  [1569394691, 487269855],
  [1460267840, 1631446539],
  [198324822, 1937476577],
  [38071822, 1541985579],
] as const

/** Whole numbers, evenly from low to high (Bratley, Fox and Schrage 1983, as Taillard prescribes). */
function uniform(start: number): (low: number, high: number) => number {
  let seed = start
  return (low, high) => {
    seed = (seed * 16_807) % 2_147_483_647
    return low + Math.floor((seed / 2_147_483_647) * (high - low + 1))
  }
}

/** Jobs of ta01 to ta50, by number: one mode an operation. */
export function taillard(number: number): Mode[][][] {
  const [jobs, machines] = SIZES[Math.floor((number - 1) / 10)]!
  const [timeSeed, machineSeed] = SEEDS[number - 1]!
  const time = uniform(timeSeed)
  const times = Array.from({ length: jobs }, () =>
    Array.from({ length: machines }, () => time(1, 99)),
  )
  const swap = uniform(machineSeed)
  return times.map((row) => {
    const route = row.map((_, machine) => machine)
    for (let i = 0; i < machines; i++) {
      const j = swap(i, machines - 1)
      ;[route[i], route[j]] = [route[j]!, route[i]!]
    }
    return row.map((seconds, place) => [{ equipment: `M${route[place]}`, fixedSeconds: seconds }])
  })
}
