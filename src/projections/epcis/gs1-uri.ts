/**
 * GS1 identifiers in one form, the canonical GS1 Digital Link of the finest level, as the event hash of
 * CBV 2.0 (section 8.9) demands: EPC URIs, class and pattern URIs and Digital Links of any domain.
 */

/** Check digit of all numeric GS1 keys: GS1 General Specifications 7.9.1. */
export function checkDigit(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++)
    sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return (10 - (sum % 10)) % 10
}

/** Characters that Digital Link 1.1, table 7-1, has percent-encoded. */
const encoded = (text: string): string =>
  text.replace(/[!()*+,:]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
const withCheck = (digits: string): string => `${digits}${checkDigit(digits)}`
/** The first digit of the reference leads: indicator digit and extension digit come before the prefix. */
const led = (prefix: string, reference: string): string =>
  withCheck(reference.slice(0, 1) + prefix + reference.slice(1))

type Build = (prefix: string, reference: string, rest: string) => string
const SCHEMES: Readonly<Record<string, { readonly digits: number | null; readonly build: Build }>> =
  {
    'id:sgtin': { digits: 13, build: (p, r, s) => `01/${led(p, r)}/21/${encoded(s)}` },
    'class:lgtin': { digits: 13, build: (p, r, s) => `01/${led(p, r)}/10/${encoded(s)}` },
    'idpat:sgtin': { digits: 13, build: (p, r) => `01/${led(p, r)}` },
    'id:upui': { digits: 13, build: (p, r, s) => `01/${led(p, r)}/235/${encoded(s)}` },
    'idpat:upui': { digits: 13, build: (p, r) => `01/${led(p, r)}` },
    'id:sscc': { digits: 17, build: (p, r) => `00/${led(p, r)}` },
    'id:sgln': {
      digits: 12,
      build: (p, r, s) => `414/${withCheck(p + r)}${s === '0' ? '' : `/254/${encoded(s)}`}`,
    },
    'id:pgln': { digits: 12, build: (p, r) => `417/${withCheck(p + r)}` },
    'id:grai': { digits: 12, build: (p, r, s) => `8003/0${withCheck(p + r)}${encoded(s)}` },
    'idpat:grai': { digits: 12, build: (p, r) => `8003/0${withCheck(p + r)}` },
    'id:gdti': { digits: 12, build: (p, r, s) => `253/${withCheck(p + r)}${encoded(s)}` },
    'idpat:gdti': { digits: 12, build: (p, r) => `253/${withCheck(p + r)}` },
    'id:sgcn': { digits: 12, build: (p, r, s) => `255/${withCheck(p + r)}${s}` },
    'idpat:sgcn': { digits: 12, build: (p, r) => `255/${withCheck(p + r)}` },
    'id:gsrn': { digits: 17, build: (p, r) => `8018/${withCheck(p + r)}` },
    'id:gsrnp': { digits: 17, build: (p, r) => `8017/${withCheck(p + r)}` },
    'id:gsin': { digits: 16, build: (p, r) => `402/${withCheck(p + r)}` },
    'id:giai': {
      digits: null,
      build: (p, r, s) => `8004/${p}${encoded(s === '' ? r : `${r}.${s}`)}`,
    },
    'id:ginc': {
      digits: null,
      build: (p, r, s) => `401/${p}${encoded(s === '' ? r : `${r}.${s}`)}`,
    },
    'id:cpi': { digits: null, build: (p, r, s) => `8010/${encoded(p + r)}/8011/${s}` },
    'idpat:cpi': { digits: null, build: (p, r) => `8010/${encoded(p + r)}` },
  }
const DOMAIN = 'https://id.gs1.org/'

const SHORT_NAMES: Readonly<Record<string, string>> = {
  ...{ gtin: '01', itip: '8006', cpid: '8010', gln: '414', party: '417', gsrnp: '8017' },
  ...{ gsrn: '8018', gcn: '255', sscc: '00', gdti: '253', ginc: '401', gsin: '402' },
  ...{ grai: '8003', giai: '8004', cpv: '22', lot: '10', ser: '21' },
}
const KEYS = new Set(
  ['00', '01', '253', '255', '401', '402', '414', '417', '8003', '8004', '8006', '8010'].concat(
    '8017',
    '8018',
  ),
)

/** The one form of a GS1 identifier; what is none comes back as it is. */
export function canonicalUri(uri: string): string {
  return fromEpc(uri) ?? fromDigitalLink(uri) ?? uri
}

function fromEpc(uri: string): string | null {
  const found = /^urn:epc:(id|class|idpat):([a-z]+):(\d{6,12})\.([^.]*)(?:\.(.*))?$/.exec(uri)
  if (!found) return null
  const [, type, name, prefix, reference, rest = ''] = found
  if (name === 'itip') return fromItip(type!, prefix!, reference!, rest)
  const scheme = SCHEMES[`${type}:${name}`]
  if (!scheme) return null
  const fits =
    scheme.digits === null ||
    (prefix!.length + reference!.length === scheme.digits && /^\d*$/.test(reference!))
  return fits ? DOMAIN + scheme.build(prefix!, reference!, rest) : null
}

/** A piece of a whole: number of the piece, of all pieces, and where it has one its serial. */
function fromItip(type: string, prefix: string, reference: string, rest: string): string | null {
  const [piece, total, ...serial] = rest.split('.')
  if (prefix.length + reference.length !== 13 || !piece || !total) return null
  const whole = `${DOMAIN}8006/${led(prefix, reference)}${piece}${total}`
  return type === 'idpat' ? whole : `${whole}/21/${encoded(serial.join('.'))}`
}

function fromDigitalLink(uri: string): string | null {
  const path = /^https?:\/\/[^/?#]+\/([^?#]*)/.exec(uri)?.[1]
  if (path === undefined) return null
  const parts = path.split('/').filter((part) => part !== '')
  const named = parts.map((part, i) =>
    (parts.length - i) % 2 === 0 ? (SHORT_NAMES[part] ?? part) : part,
  )
  const start = named.findIndex((part, i) => KEYS.has(part) && /^\d{4}/.test(named[i + 1] ?? ''))
  if (start < 0) return null
  const [key, value, ...more] = named.slice(start)
  const id = key === '01' ? value!.padStart(14, '0') : value!
  const qualifiers = new Map<string, string>()
  for (let i = 0; i + 1 < more.length; i += 2) qualifiers.set(more[i]!, more[i + 1]!)
  qualifiers.delete('22')
  // The finest level only: a serial says it all.
  if (qualifiers.has('21')) qualifiers.delete('10')
  return DOMAIN + [key, id, ...[...qualifiers].flat()].join('/')
}
