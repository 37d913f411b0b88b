/**
 * What a machine did, in the order of how little comes of it; the place in this list is its code. Of
 * two states said of one millisecond the later in the list counts, so arrival does not matter, and
 * what nobody knows is never taken for a state.
 */
export const STATES = [
  'RUNNING',
  'SETUP',
  'WAITING',
  'STOPPED_INTERNAL',
  'IDLE',
  'MAINTENANCE',
  'OFFLINE',
  'FAULT',
  'NO_DATA',
] as const
export type KnownState = (typeof STATES)[number]

export const codeOf = (state: KnownState): number => STATES.indexOf(state)
export const NO_DATA = codeOf('NO_DATA')
export const FAULT = codeOf('FAULT')

/**
 * A change of state as one whole number: milliseconds since midnight UTC, times 16, plus the code of
 * the state. A day of them in ascending order is the day's timeline; the last of a millisecond counts.
 */
export const change = (msOfDay: number, state: KnownState): number => msOfDay * 16 + codeOf(state)
export const msOf = (packed: number): number => packed >>> 4
export const stateOf = (packed: number): number => packed & 15
