/** A subscription over server-sent events, as a browser has it. */
export interface Subscription {
  /** Everything that arrived so far. */
  text(): string
  readonly ended: Promise<void>
  close(): void
}

/** Resolves once the server has accepted it. @throws when it did not */
export async function subscribe(url: string, query: string): Promise<Subscription> {
  const stop = new AbortController()
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
    signal: stop.signal,
  })
  if (!response.ok || !response.body)
    throw new Error(`${response.status}: ${await response.text()}`)
  let text = ''
  const read = async (): Promise<void> => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
  }
  return {
    text: () => text,
    ended: read().catch(() => {}),
    close: () => stop.abort(),
  }
}
