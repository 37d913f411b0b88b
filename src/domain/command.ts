import type { z } from 'zod'

/** A wish: a zod-parsed object with a literal `type`, always sent with a `commandId`. */
export interface Command<T extends string = string> {
  readonly type: T
}

/** The zod schema of one command; its `type` literal names the mutation and the scope. */
export type CommandSchema<C extends Command = any> = z.ZodObject<
  { type: z.ZodLiteral<C['type']> } & Record<string, z.ZodType>
>

/** The union of the commands a record of schemas can parse. */
export type CommandOf<M extends Record<string, z.ZodType>> = z.output<M[keyof M]>

/** What identifies a command on the wire besides its content. */
export interface CommandEnvelope {
  /** Chosen by the sender, once per wish: sending it again answers with the first Ack. */
  readonly commandId: string
  readonly actor: string
  readonly site: string
  readonly source: string
  /** When it happened; the moment of receipt where the sender does not say. */
  readonly occurredAt?: string
  readonly correlationId?: string
  readonly causationId?: string
  /** W3C trace context of whoever sends it. */
  readonly traceparent?: string
  /** UUID of the delivery where a carrier may deliver by itself again: a refusal is kept once for each. */
  readonly deliveryId?: string
}
