import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id } from '../types.ts'
import { unitEvents as e, type UnitEvent } from './events.ts'
import { evolveUnit, NO_UNIT, type Unit } from './unit-state.ts'

/**
 * Why no serial can be inside itself, at any depth and in any race. Each item has a level that never
 * falls, and a component goes only into a parent of a higher level. The component's own level is
 * guarded by its stream, in which the installation is written. The parent's may be read late: it can
 * only have grown since. A circle would need levels that rise all the way round.
 *
 * An item is ranked above what is to go into it before that goes in. One that sits in a parent itself
 * needs a parent that is higher still, so the walk goes up to the root of the assembly. It meets the
 * component that is to be installed where that would close a circle, and is refused there.
 */
/** Levels below a fresh root: so many components can be nested downward without ranking it again. */
const HEADROOM = 1_024

const rankCommands = {
  RankUnit: z.object({
    type: z.literal('RankUnit'),
    serial: id,
    /** The level it has to be higher than. */
    above: z.number().int().nonnegative(),
    /** What is to be installed below it. */
    component: id,
  }),
}
type RankCommand = CommandOf<typeof rankCommands>
type RankRefusal = 'IntoItself'

const levelOf = (command: RankCommand, state: Unit): number =>
  state.status === 'installed' ? command.above + 1 : command.above + HEADROOM

const rank: Decider<RankCommand, Unit, UnitEvent, RankRefusal> = {
  context: 'material',
  category: 'unit',
  commands: rankCommands,
  events: e,
  id: (command) => command.serial,
  initial: NO_UNIT,
  decide(command, state) {
    const { serial, above, component } = command
    if (serial === component)
      return reject('IntoItself', `serial ${component} would be installed in itself.`)
    return state.level > above ? [] : [e.ranked({ serial, level: levelOf(command, state) })]
  },
  evolve: evolveUnit,
  prepare: (command, state) =>
    state.status === 'installed' &&
    state.level <= command.above &&
    command.serial !== command.component
      ? rankAbove(state.parentSerial, levelOf(command, state), command.component)
      : null,
}

/** What has to be granted before `component`, of this level, can go into the parent. */
export const rankAbove = (serial: string, above: number, component: string) => ({
  decider: rank as Decider,
  command: { type: 'RankUnit' as const, serial, above, component },
})
