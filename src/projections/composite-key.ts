/** Row key of several ids. An id may hold a slash itself; escaped, no two tuples share a key. */
export const compositeKey = (...parts: readonly string[]): string => parts.map(escape).join('/')

const escape = (part: string): string =>
  part.includes('/') || part.includes('%')
    ? part.replaceAll('%', '%25').replaceAll('/', '%2F')
    : part
