import type { TimeRule } from './mapping-schema.ts'

const TOKENS: Readonly<Record<string, readonly [field: string, pattern: string]>> = {
  yyyy: ['year', '\\d{4}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  m: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{2}'],
  s: ['second', '\\d{1,2}'],
  SSS: ['millisecond', '\\d{3}'],
}
const TOKEN = /yyyy|MM|M|dd|d|HH|H|mm|m|ss|s|SSS/g
const OFFSET = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/

/** Text of a cell to an ISO-8601 instant in UTC with milliseconds; null where it does not fit. */
export type ReadTime = (text: string) => string | null

/** What a format is missing, as a sentence; null for a good one. */
export function faultOfFormat(format: string): string | null {
  if (format === 'iso') return null
  const fields = new Set([...format.matchAll(TOKEN)].map(([token]) => TOKENS[token]![0]))
  const missing = ['year', 'month', 'day'].filter((field) => !fields.has(field))
  return missing.length === 0 ? null : `has no ${missing.join(', no ')}`
}

/** @param zone IANA time zone of times that carry no offset */
export function timeReader(rule: TimeRule, zone: string): ReadTime {
  const pattern = rule.format === 'iso' ? null : patternOf(rule.format)
  return (text) => {
    try {
      if (!pattern && OFFSET.test(text)) return utc(Temporal.Instant.from(text.replace(' ', 'T')))
      const fields = pattern?.exec(text)?.groups
      if (pattern && !fields) return null
      const local = fields
        ? Temporal.PlainDateTime.from(numbers(fields), { overflow: 'reject' })
        : Temporal.PlainDateTime.from(text)
      const moment = rule.midnight === 'end' && isMidnight(local) ? local.add({ days: 1 }) : local
      const disambiguation = rule.ambiguous
      return utc(moment.toZonedDateTime(rule.zone ?? zone, { disambiguation }).toInstant())
    } catch {
      return null
    }
  }
}

function patternOf(format: string): RegExp {
  let source = ''
  let end = 0
  for (const match of format.matchAll(TOKEN)) {
    const [field, digits] = TOKENS[match[0]]!
    source += `${RegExp.escape(format.slice(end, match.index))}(?<${field}>${digits})`
    end = match.index + match[0].length
  }
  return new RegExp(`^${source}${RegExp.escape(format.slice(end))}$`)
}

/** The format is known to have the date. */
const numbers = (fields: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(fields).map(([field, digits]) => [field, Number(digits)]),
  ) as unknown as { year: number; month: number; day: number }

const isMidnight = (t: Temporal.PlainDateTime): boolean =>
  t.hour === 0 && t.minute === 0 && t.second === 0 && t.millisecond === 0

const utc = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString()
