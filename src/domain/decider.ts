import type { Command, CommandSchema } from './command.ts'
import type { Event, EventDefinition } from './event.ts'

/** A refusal is a value: it travels to the caller and to the audit trail, never up the stack. */
export interface Rejection<R extends string = string> {
  /** Stable code, PascalCase. */
  readonly rejected: R
  /** One sentence naming the field, the value and the rule. */
  readonly why: string
}

export const reject = <const R extends string>(rejected: R, why: string): Rejection<R> => ({
  rejected,
  why,
})

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && 'rejected' in value

/** What a decision may look at beside the command and the stream's own state. */
export interface Given<X = undefined> {
  /** When the wish happened at the source: ISO-8601 UTC. */
  readonly at: string
  /** State of the consulted stream, or of each by name, for deciders that declare any. */
  readonly consulted: X
}

/** What makes a state of a stream: all that others need of a decider whose stream they look at. */
export type Fold<S = any> = Pick<Decider<any, S>, 'category' | 'initial' | 'evolve'>

/**
 * Another stream whose state a decision reads but does not guard (an inspection reads its plan).
 * The answer may be one race old; an invariant belongs to the stream's own state.
 */
export interface Consultation<C, S> {
  readonly decider: Fold<S>
  /** Null when this command needs no consultation; its state is then the initial one. */
  readonly id: (command: C, site: string) => string | null
}

/** A command sent before another, in its name. */
export interface Preparation {
  readonly decider: Decider
  readonly command: Command
}

/**
 * One consistency boundary: the stream of one order, lot, serial, inspection or meter.
 * `decide` answers with the facts to append, `[]` when it is already so, or a Rejection; it never
 * throws. Both functions are pure.
 */
export interface Decider<
  C extends Command = any,
  S = any,
  E extends Event = any,
  R extends string = string,
  X = any,
> {
  /** Folder name of its context, the first half of the authorisation scope. */
  readonly context: string
  /** First part of the stream name, before the dash. */
  readonly category: string
  readonly commands: Readonly<Record<string, CommandSchema<any>>>
  /** Types of commands that only Taktlog itself sends: the API does not offer them. */
  readonly internal?: readonly string[]
  readonly events: Readonly<Record<string, EventDefinition<any, any>>>
  /** Which stream a command is for; `site` is the one in whose name it was sent. */
  readonly id: (command: C, site: string) => string
  readonly initial: S
  readonly evolve: (state: S, event: E, at: string) => S
  readonly decide: (command: C, state: S, given: Given<X>) => readonly E[] | Rejection<R>
  /**
   * A command for another stream that has to be granted first, with a lasting effect the decision may
   * rely on; null where none is needed. Its refusal is the answer.
   */
  readonly prepare?: (command: C, state: S, consulted: X) => Preparation | null
  /** One stream to look at; `consulted` is its state. */
  readonly consults?: Consultation<C, X>
  /** Several, by name; `consulted` has the state of each under its name. */
  readonly consultsEach?: { readonly [K in keyof X]: Consultation<C, X[K]> }
}

export const streamOf = (decider: Pick<Decider, 'category'>, id: string): string =>
  `${decider.category}-${id}`
