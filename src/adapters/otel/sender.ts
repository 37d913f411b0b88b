import { encode, type Ended } from './otlp.ts'

export interface Sender {
  /** It goes with the next batch, or is dropped where the receiver cannot keep up. */
  add(span: Ended): void
  /** Sends what was added; resolves when all of it was taken or given up. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** 2,000 commands a second of which all are recorded end some 6,000 spans. */
const BATCH = 2_048
const BATCHES_UNDER_WAY = 8
const SEND_EVERY_MS = 1_000
/** With all retries; a receiver that does not answer must not keep a process that stops. */
const GIVE_UP_MS = 3_000

/** Sends spans in batches to an OTLP receiver over HTTP. */
export async function createSender(options: {
  readonly endpoint: string
  readonly serviceName: string
}): Promise<Sender> {
  const otlp = await import('@opentelemetry/otlp-exporter-base/node-http')
  const url = `${options.endpoint.replace(/\/$/, '')}/v1/traces`
  const transport = otlp.createOtlpHttpExportDelegate(
    otlp.convertLegacyHttpOptions(
      { url, timeoutMillis: GIVE_UP_MS, concurrencyLimit: BATCHES_UNDER_WAY },
      ...(['TRACES', 'v1/traces', { 'Content-Type': 'application/json' }] as const),
    ),
    {
      serializeRequest: (spans: readonly Ended[]) =>
        Buffer.from(encode(options.serviceName, spans)),
      // It says how many were refused and why: nobody could do anything about it.
      deserializeResponse: () => ({}),
    },
    'otlp_http_span_exporter',
    { name: 'span', countItems: (spans: readonly Ended[]) => spans.length },
    undefined,
  )
  let waiting: Ended[] = []
  let timer: NodeJS.Timeout | undefined

  const send = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const spans = waiting
    waiting = []
    // What is not taken is lost: traces are no record of anything.
    transport.export(spans, () => {})
  }
  const flush = async (): Promise<void> => {
    send()
    await transport.forceFlush()
  }
  return {
    add(span) {
      waiting.push(span)
      if (waiting.length >= BATCH) return send()
      timer ??= setTimeout(send, SEND_EVERY_MS).unref()
    },
    flush,
    async close() {
      await flush()
      await transport.shutdown()
    },
  }
}
