import { z } from 'zod'

/** What we look at of a JSON Schema (draft 7, which AsyncAPI builds on). */
interface Json {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly definitions?: Readonly<Record<string, unknown>>
}

/** Named parts stand beside the schemas of the document, where others share them. */
const PART = 'part.'

function draft7(schema: z.ZodType): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }))
  return JSON.parse(text.replaceAll('"#/definitions/', `"#/components/schemas/${PART}`)) as Json
}

/** A schema; it may refer to parts. */
export function json(schema: z.ZodType): Omit<Json, 'definitions'> {
  const { definitions: _, ...whole } = draft7(schema)
  return whole
}

/** The named parts of all these schemas, each once. */
export const partsOf = (schemas: readonly z.ZodType[]): object =>
  Object.fromEntries(
    schemas
      .flatMap((schema) => Object.entries(draft7(schema).definitions ?? {}))
      .map(([name, part]) => [PART + name, part]),
  )

/** The type of a command is an attribute of its message, not part of the data. */
export function withoutType({ properties = {}, required = [], ...rest }: Json): Json {
  const { type: _, ...others } = properties
  return { ...rest, properties: others, required: required.filter((name) => name !== 'type') }
}
