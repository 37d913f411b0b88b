import type { z } from 'zod'
import { id } from '../domain/types.ts'
import { builder } from './builder.ts'
import { describe } from './describe.ts'

/**
 * Turns zod schemas into GraphQL inputs. A schema object used in several places becomes one type.
 * Its name is `.meta({ id })` where given, else that of the first place it is used in.
 */
interface Typed {
  /** A scalar name or a Pothos reference, in as many lists as it is nested. */
  readonly type: any
  readonly nullable: boolean
  /** Undefined where the sender has to say. */
  readonly fallback?: { readonly value: unknown }
  /** From what GraphQL delivers to what the schema parses. */
  readonly convert: (value: any) => unknown
}

type Def = any
const defOf = (schema: z.ZodType): Def => schema._zod.def
const same = (value: unknown): unknown => value
const upperFirst = (s: string): string => s[0]!.toUpperCase() + s.slice(1)
const LARGEST_INT = 2 ** 31 - 1

const named = new WeakMap<z.ZodType, Typed>()
const once = (schema: z.ZodType, make: () => Typed): Typed => {
  const known = named.get(schema) ?? make()
  named.set(schema, known)
  return known
}
const nameOf = (schema: z.ZodType, place: string): string => schema.meta()?.id ?? place

/** @param place PascalCase name of where it is used, e.g. `ReleaseOrderOperations` */
function typed(schema: z.ZodType, place: string): Typed {
  const def = defOf(schema)
  const scalar = (type: any): Typed => ({ type, nullable: false, convert: same })
  switch (def.type) {
    case 'string':
      return scalar(stringType(schema, place))
    case 'number':
    case 'int':
      return scalar(numberType(schema))
    case 'boolean':
      return scalar('Boolean')
    case 'enum':
    case 'literal':
      return once(schema, () => scalar(enumType(schema, place)))
    case 'object':
      return once(schema, () => objectType(schema as z.ZodObject, place))
    case 'array':
      return arrayType(def, place)
    case 'union':
      return once(schema, () => unionType(schema, place))
    case 'nullable':
      return { ...typed(def.innerType, place), nullable: true }
    case 'optional':
      return { ...typed(def.innerType, place), fallback: { value: undefined } }
    case 'default':
    case 'prefault':
      return { ...typed(def.innerType, place), fallback: { value: def.defaultValue } }
    case 'readonly':
    case 'nonoptional':
      return typed(def.innerType, place)
    case 'pipe':
      return typed(def.in, place)
    case 'record':
    case 'unknown':
    case 'any':
    case 'tuple':
      return scalar('JSON')
    default:
      throw new Error(`${place}: zod type ${def.type} has no GraphQL input; extend inputs.ts`)
  }
}

const stringType = (schema: z.ZodType, place: string): string => {
  const { format } = defOf(schema)
  if (format === 'datetime') return 'DateTime'
  if (format === 'date') return 'Date'
  return schema === id || place.endsWith('Id') ? 'ID' : 'String'
}

const numberType = (schema: z.ZodType): string => {
  const { minValue, maxValue, format } = schema as z.ZodNumber
  if (format !== 'safeint' && format !== 'int32') return 'Float'
  return (maxValue ?? Infinity) <= LARGEST_INT && (minValue ?? -Infinity) >= -LARGEST_INT
    ? 'Int'
    : 'Long'
}

function enumType(schema: z.ZodType, place: string): unknown {
  const def = defOf(schema)
  const values: string[] = (def.values ?? Object.values(def.entries)).map(String)
  return enumRef(nameOf(schema, place), schema.description, values)
}

const enumRef = (name: string, description: string | undefined, values: readonly string[]) =>
  builder.enumType(name, {
    description: describe(name, description),
    values: Object.fromEntries(
      values.map((value) => [
        value.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_'),
        { value, description: describe(value.toLowerCase().replaceAll('_', ' '), undefined) },
      ]),
    ),
  })

/** The GraphQL enum of a zod enum, one and the same for inputs and outputs. */
export const enumOf = (schema: z.ZodType, name: string): ReturnType<typeof enumRef> =>
  typed(schema, name).type

function arrayType(def: Def, place: string): Typed {
  const item = typed(def.element, place)
  if (Array.isArray(item.type)) return { type: 'JSON', nullable: false, convert: same }
  const convert = (value: unknown[]) => value.map(item.convert)
  return { type: [item.type], nullable: false, convert: item.convert === same ? same : convert }
}

function objectType(schema: z.ZodObject, place: string): Typed {
  const name = `${nameOf(schema, place)}Input`
  const { type: ref, convert } = inputObject(name, schema.shape, schema.description)
  return { type: ref, nullable: false, convert }
}

/** Unions of objects told apart by a literal become a `@oneOf` input with a member per literal. */
function unionType(schema: z.ZodType, place: string): Typed {
  const { options, discriminator } = defOf(schema) as {
    options: z.ZodObject[]
    discriminator?: string
  }
  const literals = options.map((option) => defOf(option))
  if (literals.every((def) => def.type === 'literal'))
    return {
      type: enumRef(
        nameOf(schema, place),
        schema.description,
        literals.flatMap((def) => def.values.map(String)),
      ),
      nullable: false,
      convert: same,
    }
  if (discriminator === undefined) return { type: 'JSON', nullable: false, convert: same }
  const members = new Map<string, { readonly literal: unknown; readonly member: Typed }>()
  for (const option of options) {
    const { [discriminator]: tag, ...shape } = option.shape
    const literal = defOf(tag as z.ZodType).values[0] as string
    const words = literal.toLowerCase().split(/[^a-z0-9]+/)
    const field = words.map((w, i) => (i === 0 ? w : upperFirst(w))).join('')
    const { type, convert } = inputObject(`${place}${upperFirst(field)}Input`, shape, undefined)
    members.set(field, { literal, member: { type, nullable: true, convert } })
  }
  const type = builder.inputType(`${nameOf(schema, place)}Input`, {
    description: schema.description ?? 'Exactly one of these.',
    isOneOf: true,
    fields: (t: any) =>
      Object.fromEntries(
        [...members].map(([field, { member }]) => [
          field,
          t.field({ type: member.type, description: describe(field, undefined) }),
        ]),
      ),
  })
  const convert = (value: Record<string, unknown>) => {
    const [field, content] = Object.entries(value)[0]!
    const { literal, member } = members.get(field)!
    return { [discriminator]: literal, ...(member.convert(content) as object) }
  }
  return { type, nullable: false, convert }
}

/**
 * A named input type of these fields. `convert` fills in what GraphQL cannot say: a nullable field
 * that was left out is null, and null for a field with a default means the default.
 */
export function inputObject(
  name: string,
  shape: Readonly<Record<string, any>>,
  description: string | undefined,
): { readonly type: any; readonly convert: (value: any) => Record<string, unknown> } {
  const prefix = name.replace(/Input$/, '')
  const isConstant = (schema: z.ZodType) => defOf(schema).type === 'literal'
  const constants = Object.fromEntries(
    Object.entries(shape).flatMap(([field, schema]) =>
      isConstant(schema) ? [[field, defOf(schema).values[0]]] : [],
    ),
  )
  const fields = Object.entries(shape)
    .filter(([, schema]) => !isConstant(schema))
    .map(([field, schema]) => ({
      field,
      description: describe(field, (schema as z.ZodType).description),
      ...typed(schema as z.ZodType, `${prefix}${upperFirst(field)}`),
    }))
  const type = builder.inputType(name, {
    description: describe(prefix, description),
    fields: (t: any) =>
      Object.fromEntries(
        fields.map(({ field, type: of, description: text, nullable, fallback }) => {
          const value = fallback?.value
          const shown = value === null || typeof value === 'object' ? undefined : value
          const required = !nullable && (fallback === undefined || shown !== undefined)
          const defaultValue = shown === undefined ? {} : { defaultValue: shown }
          return [field, t.field({ type: of, description: text, required, ...defaultValue })]
        }),
      ),
  })
  const convert = (value: Record<string, unknown>) => {
    const out: Record<string, unknown> = { ...constants }
    for (const { field, nullable, fallback, convert: inner } of fields) {
      const given = value[field]
      if (given != null) out[field] = inner(given)
      else if (nullable && (given === null || !fallback)) out[field] = null
    }
    return out
  }
  return { type, convert }
}
