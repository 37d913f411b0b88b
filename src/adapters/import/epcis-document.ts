import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { unit } from '../../domain/types.ts'
import { namespacesIn, type Namespaces } from '../../projections/epcis/event-hash.ts'
import { ImportError, unreadable } from './errors.ts'

const uri = z.string().regex(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'must be a URI')
const uris = z.array(uri).default([])
const quantities = z
  .array(
    z.looseObject({
      epcClass: uri,
      quantity: z.number().nonnegative().nullable().default(null),
      /** Without one, pieces are counted. */
      uom: unit.default('C62'),
    }),
  )
  .default([])
const action = z.enum(['ADD', 'OBSERVE', 'DELETE'])

const common = {
  eventTime: z.iso.datetime({ offset: true }),
  eventTimeZoneOffset: z.string().regex(/^[+-]\d\d:\d\d$/, 'must look like +01:00'),
  eventID: uri.optional(),
  bizStep: z.string().optional(),
  disposition: z.string().optional(),
  bizTransactionList: z
    .array(z.looseObject({ type: z.string().optional(), bizTransaction: uri }))
    .default([]),
  sourceList: z.array(z.looseObject({ type: z.string(), source: uri })).default([]),
  destinationList: z.array(z.looseObject({ type: z.string(), destination: uri })).default([]),
  errorDeclaration: z.looseObject({ declarationTime: z.string() }).optional(),
}
const children = { childEPCs: uris, childQuantityList: quantities, action }

const Event = z.discriminatedUnion('type', [
  z.looseObject({
    ...{ type: z.literal('ObjectEvent'), ...common },
    ...{ epcList: uris, quantityList: quantities, action },
  }),
  z.looseObject({
    ...{ type: z.literal('AggregationEvent'), ...common, ...children },
    parentID: uri.optional(),
  }),
  z.looseObject({
    ...{ type: z.literal('AssociationEvent'), ...common, ...children },
    parentID: uri,
  }),
  z.looseObject({
    ...{ type: z.literal('TransformationEvent'), ...common },
    ...{ inputEPCList: uris, inputQuantityList: quantities },
    ...{ outputEPCList: uris, outputQuantityList: quantities },
    transformationID: uri.optional(),
  }),
  z.looseObject({ ...common, type: z.literal('TransactionEvent'), action }),
])
export type EpcisEvent = z.output<typeof Event>

/** An event as the file has it, read or not. */
export type Found =
  | { readonly event: EpcisEvent; readonly raw: unknown }
  | { readonly event: null; readonly raw: unknown; readonly why: string }

const List = z.object({ eventList: z.array(z.unknown()) })
const Body = z.union([
  List,
  z.object({ event: z.unknown() }).transform(({ event }) => ({ eventList: [event] })),
  z
    .object({ queryResults: z.object({ resultsBody: List }) })
    .transform(({ queryResults }) => queryResults.resultsBody),
])
const Document = z.object({
  '@context': z.unknown().optional(),
  type: z.enum(['EPCISDocument', 'EPCISQueryDocument']),
  epcisBody: Body,
})

/**
 * Reads an EPCIS 2.0 document in JSON, or the answer to a query.
 * @throws ImportError for a file that is none
 */
export async function readDocument(
  file: string,
): Promise<{ readonly found: readonly Found[]; readonly namespaces: Namespaces }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error)
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ImportError(file, `is not JSON: ${(error as Error).message}`, error)
  }
  const document = Document.safeParse(json)
  if (!document.success)
    throw new ImportError(file, `is no EPCIS document: ${z.prettifyError(document.error)}`)
  const found = document.data.epcisBody.eventList.map((raw): Found => {
    const event = Event.safeParse(raw)
    return event.success
      ? { event: event.data, raw }
      : { event: null, raw, why: z.prettifyError(event.error).replaceAll('\n', ' ') }
  })
  return { found, namespaces: namespacesIn(document.data['@context']) }
}
