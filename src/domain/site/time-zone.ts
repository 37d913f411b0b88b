import { z } from 'zod'

/** Area/City names and UTC; an offset such as +01:00 knows no daylight saving and is refused. */
const NAME = /^(?:UTC|[A-Za-z]+(?:[_/+-][A-Za-z0-9]+)+)$/

const exists = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone }).format()
    return true
  } catch {
    return false
  }
}

/** IANA time zone, as the tz database of this runtime knows it. */
export const timeZone = z
  .string()
  .refine(
    (name) => NAME.test(name) && exists(name),
    'must be an IANA time zone such as Europe/Berlin',
  )
