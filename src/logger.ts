import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'

/** Fields that hold secrets wherever they turn up near the top of a line. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'secret', 'token', 'key', 'apiKey']
/** `x-...` and the like need brackets in a path of pino. */
const QUOTED = ['["set-cookie"]', '["x-api-key"]', '["proxy-authorization"]']
const HIDDEN = '[hidden]'

/**
 * Secrets inside texts, such as the message of an error: of connection strings, headers, API keys,
 * tokens and log keys. Whatever the line is, it passes through here last.
 */
const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  // postgres://user:password@host, kurrentdb://..., https://...; also URL-encoded and with "@" in it.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*:)[^\s"\\]*@/gi, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${HIDDEN}`],
  [/\btk_([0-9a-f]{16})_[\w-]+/g, `tk_$1_${HIDDEN}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/\bPRIVATE\+KEY\+[^\s"\\]+/g, HIDDEN],
  [/\b(password|passwd|pwd|secret|sslpassword)=[^\s&;"\\]+/gi, `$1=${HIDDEN}`],
]

export const withoutSecrets = (line: string): string =>
  SECRETS_IN_TEXT.reduce((text, [pattern, shown]) => text.replace(pattern, shown), line)

/** Lines of JSON to standard error, without secrets. A line about a request has its id as `reqId`. */
export const createLogger = (
  config: Pick<Config, 'logLevel'>,
  to: DestinationStream = pino.destination(2),
): Logger =>
  pino(
    {
      level: config.logLevel,
      redact: { paths: pathsOf(SECRET_FIELDS, QUOTED), censor: HIDDEN },
      hooks: { streamWrite: withoutSecrets },
    },
    to,
  )

/** The fields themselves, and two levels below others: `err`, `req.headers`. */
const pathsOf = (plain: readonly string[], quoted: readonly string[]): string[] => [
  ...plain.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  ...quoted.flatMap((name) => [name, `*${name}`, `*.*${name}`]),
]
