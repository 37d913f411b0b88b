import { z } from 'zod'
import {
  isMoment,
  PARAMETERS,
  type EpcisFilter,
  type EpcisPage,
} from '../projections/epcis/search.ts'
import { apiError } from './errors.ts'

/** Events of one answer: the default and the most. */
const DEFAULT_PAGE = 30
const MAX_PAGE = 1_000

const instant = z.iso.datetime({ offset: true })
const Page = z.object({
  orderBy: z.enum(['eventTime', 'recordTime']).default('eventTime'),
  orderDirection: z.enum(['ASC', 'DESC']).default('DESC'),
  perPage: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  nextPageToken: z.string().optional(),
})

export interface EpcisQuery {
  readonly filter: EpcisFilter
  readonly page: EpcisPage
}

/**
 * Reads the parameters of the EPCIS REST bindings; several values stand between bars.
 * @throws GraphQLError InvalidInput for what is not understood: leaving a condition out would answer
 * with more than was asked for
 */
export function parseQuery(query: Readonly<Record<string, unknown>>): EpcisQuery {
  const page = Page.safeParse(query)
  if (!page.success) throw apiError('InvalidInput', z.prettifyError(page.error))
  const { orderBy, orderDirection, perPage, nextPageToken } = page.data
  const filter: Record<string, readonly string[]> = {}
  for (const [name, value] of Object.entries(query)) {
    if (name in Page.shape) continue
    if (typeof value !== 'string' || !(name in PARAMETERS))
      throw apiError('InvalidInput', `${name} is not a parameter this query understands.`)
    if (name === 'EXISTS_errorDeclaration' && value !== 'true') continue
    if (isMoment(name) && !instant.safeParse(value).success)
      throw apiError('InvalidInput', `${name} ${value} is not an ISO-8601 instant with an offset.`)
    filter[name] = isMoment(name) ? [value] : value.split('|')
  }
  return {
    filter,
    page: {
      orderBy,
      direction: orderDirection === 'ASC' ? 'asc' : 'desc',
      limit: perPage,
      after: nextPageToken === undefined ? null : parseToken(nextPageToken),
    },
  }
}

export const tokenOf = (time: string, key: string): string =>
  Buffer.from(JSON.stringify([time, key])).toString('base64url')

const Token = z.tuple([instant, z.string()])
function parseToken(token: string): [string, string] {
  try {
    return Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))
  } catch {
    throw apiError('InvalidInput', `nextPageToken ${token} is none of an answer.`)
  }
}

/** Whether only events with an error declaration were asked for. */
export const asksForErrors = (filter: EpcisFilter): boolean =>
  Object.keys(filter).some((name) => /error|corrective/i.test(name))
