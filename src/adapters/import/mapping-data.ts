import { isList } from './mapping.ts'
import type { Values } from './mapping-values.ts'

/** The rows of a group that differ in one value, each once, for lists such as the operations of an order. */
export type Members = (each: string) => readonly Values[]

/**
 * Fills the fields of a command or observation: `$name` becomes the value, `$$` a dollar sign, a list
 * template one item for each member, everything else stays as it is.
 */
export function resolve(template: unknown, values: Values, members?: Members): unknown {
  if (typeof template === 'string')
    return template.startsWith('$$')
      ? template.slice(1)
      : template.startsWith('$')
        ? (values[template.slice(1)] ?? null)
        : template
  if (Array.isArray(template)) return template.map((item) => resolve(item, values, members))
  if (members && isList(template))
    return members(template.each).map((member, i) =>
      resolve(template.item, { ...member, position: i + 1 }),
    )
  if (typeof template === 'object' && template !== null)
    return Object.fromEntries(
      Object.entries(template).map(([key, item]) => [key, resolve(item, values, members)]),
    )
  return template
}

/** The names that list templates take one by one. */
export function eachOf(template: unknown): readonly string[] {
  if (isList(template)) return [template.each]
  return typeof template === 'object' && template !== null
    ? Object.values(template).flatMap(eachOf)
    : []
}
