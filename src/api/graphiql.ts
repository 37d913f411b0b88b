import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { PATH } from './graphql.ts'

/** The GraphiQL page with everything inside: it works on a shop floor without internet. */
export interface Page {
  readonly gzipped: Buffer
  /** Allows exactly the script of this page, its workers, and requests to this server. */
  readonly contentSecurityPolicy: string
}

/** Renders the page of nine megabytes when it is first asked for. */
export async function renderGraphiql(starters: readonly string[] = [WELCOME]): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const html = renderGraphiQL({
    title: 'Taktlog',
    defaultTabs: starters.map((query) => ({ query })),
    endpoint: PATH,
    subscriptionsProtocol: 'WS',
    shouldPersistHeaders: false,
  } as never)
  const open = '<script>'
  const script = html.slice(html.indexOf(open) + open.length, html.lastIndexOf('</script>'))
  const hash = createHash('sha256').update(script).digest('base64')
  const contentSecurityPolicy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}' blob:`,
    'worker-src blob:',
    // Monaco styles its lines with attributes.
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { gzipped: await promisify(gzip)(html), contentSecurityPolicy }
}

const WELCOME = `# Taktlog: every answer is folded from the event log.
query Orders {
  orders(first: 10) {
    totalCount
    nodes {
      orderId
      materialId
      status
      quantity { value unit }
      operations { name status good { value } scrap { value } }
    }
  }
  projections { name state lag }
}
`
