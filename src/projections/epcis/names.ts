/** How things of the plant are named to others. */
export interface Naming {
  /** Begins every URI of our own; ends with the colon of a URN or the slash of an address. */
  readonly base: string
  /** GS1 company prefix, 6 to 12 digits; null where the company has none. */
  readonly gs1Prefix: string | null
}
export const DEFAULT_NAMING: Naming = { base: 'urn:taktlog:', gs1Prefix: null }

export type ThingKind =
  | 'lot'
  | 'serial'
  | 'package'
  | 'location'
  | 'party'
  | 'order'
  | 'transformation'
  | 'delivery'

/** Digits of a company prefix and a reference together, and how the EPC URI goes on. */
const GS1: Partial<
  Record<ThingKind, { readonly scheme: string; readonly digits: number; readonly tail: RegExp }>
> = {
  lot: { scheme: 'urn:epc:class:lgtin:', digits: 13, tail: /^\.[A-Za-z0-9_-]{1,20}$/ },
  serial: { scheme: 'urn:epc:id:sgtin:', digits: 13, tail: /^\.[A-Za-z0-9_-]{1,20}$/ },
  package: { scheme: 'urn:epc:id:sscc:', digits: 17, tail: /^$/ },
  location: { scheme: 'urn:epc:id:sgln:', digits: 12, tail: /^\.[A-Za-z0-9_-]{1,20}$/ },
}

const URI =
  /^(?:urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:|https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/)(?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/

export type Names = (kind: ThingKind, id: string) => string

/**
 * URIs of things, by their ids alone, so that every event names a thing alike: an id that is a URI
 * stays as it is; with a company prefix, `<item reference>.<lot or serial>` is an LGTIN or SGTIN, the
 * reference of a package an SSCC, `<location reference>.<extension>` an SGLN; all others are ours.
 */
export const createNames =
  ({ base, gs1Prefix }: Naming): Names =>
  (kind, id) => {
    if (URI.test(id)) return id
    const scheme = GS1[kind]
    if (gs1Prefix !== null && scheme) {
      const digits = /^\d*/.exec(id)![0]
      const fits = gs1Prefix.length + digits.length === scheme.digits && digits.length > 0
      if (fits && scheme.tail.test(id.slice(digits.length)))
        return `${scheme.scheme}${gs1Prefix}.${id}`
    }
    // Half a surrogate pair has no encoding.
    return `${base}${kind}${base.at(-1)}${encodeURIComponent(id.toWellFormed())}`
  }

/** The id behind a URI of ours; a URI of others is the id itself. */
export function idOf({ base, gs1Prefix }: Naming, uri: string): string {
  const own = new RegExp(`^${RegExp.escape(base)}[a-z]+${RegExp.escape(base.at(-1)!)}(.+)$`).exec(
    uri,
  )
  if (own) return decoded(own[1]!)
  if (gs1Prefix !== null)
    for (const { scheme } of Object.values(GS1))
      if (uri.startsWith(`${scheme}${gs1Prefix}.`))
        return uri.slice(scheme.length + gs1Prefix.length + 1)
  return uri
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Rows of events hold URIs, so another naming is another version of them: it is rebuilt by itself. */
export function versionOf(version: number, naming: Naming): number {
  if (naming.base === DEFAULT_NAMING.base && naming.gs1Prefix === null) return version
  let sum = version
  for (const c of `${naming.base} ${naming.gs1Prefix}`) sum = (sum * 31 + c.codePointAt(0)!) % 1e9
  return 1_000 + sum
}
