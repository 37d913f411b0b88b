/** Row key of several ids. An id may hold a slash itself; escaped, no two tuples share a key. */
export function compositeKey(first: string, ...others: readonly string[]): string {
  let key = escape(first)
  for (const part of others) key += `/${escape(part)}`
  return key
}

const SLASH = 47
const PERCENT = 37

/** Looked through by hand: ids are short, and keys are made for every fact. */
function escape(part: string): string {
  for (let i = 0; i < part.length; i++) {
    const code = part.charCodeAt(i)
    if (code === SLASH || code === PERCENT)
      return part.replaceAll('%', '%25').replaceAll('/', '%2F')
  }
  return part
}
