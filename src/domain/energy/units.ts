interface Base {
  /** Rec 20 code in which quantities of this kind are kept and added up. */
  readonly unit: string
  /** One of the original unit is this many of the base unit. */
  readonly factor: number
}

const KWH_PER_MEGAJOULE = 1 / 3.6
const of = (unit: string, factor: number): Base => ({ unit, factor })

/** UN/ECE Rec 20: WHR Wh, MWH MWh, GWH GWh, JOU J, KJO kJ, 3B MJ, GV GJ; MTQ m3, LTR l, KGM kg, TNE t. */
const BASES: Readonly<Record<string, Base>> = {
  WHR: of('KWH', 0.001),
  KWH: of('KWH', 1),
  MWH: of('KWH', 1_000),
  GWH: of('KWH', 1_000_000),
  JOU: of('KWH', KWH_PER_MEGAJOULE / 1_000_000),
  KJO: of('KWH', KWH_PER_MEGAJOULE / 1_000),
  '3B': of('KWH', KWH_PER_MEGAJOULE),
  GV: of('KWH', KWH_PER_MEGAJOULE * 1_000),
  MTQ: of('MTQ', 1),
  LTR: of('MTQ', 0.001),
  KGM: of('KGM', 1),
  TNE: of('KGM', 1_000),
}

/** The unit in which quantities of `unit` are added up; an unknown unit is its own. */
export const baseOf = (unit: string): Base => BASES[unit] ?? of(unit, 1)

export const isEnergy = (unit: string): boolean => baseOf(unit).unit === 'KWH'
