/** What a call wants: to read the log, to write facts of a site into it, or to manage subscriptions. */
export type Wish =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly site: string }
  | { readonly kind: 'manage' }

/** Whoever calls, and what they may do. The API's authoriser decides; the composition root ties them. */
export interface Caller {
  /** Goes into the facts it writes. */
  readonly actor: string
  /** Sites whose facts it sees; null opens all. */
  readonly sites: readonly string[] | null
  /** Null where it may; otherwise why not. A denial is recorded for audit. */
  refuses(wish: Wish): Promise<string | null>
  /** False once its key was revoked or its token has expired. */
  stillValid(): Promise<boolean>
}

/** The caller of an `Authorization` header, null where it is nobody's. */
export type Identify = (authorization: string | undefined) => Promise<Caller | null>

/**
 * EventStoreDB clients send user name and password; the password is the API key, the name is free.
 * @returns the header as the API takes it
 */
export function asBearer(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return header
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return `Bearer ${text.slice(text.indexOf(':') + 1)}`
}
