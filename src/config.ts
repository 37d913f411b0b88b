import { z } from 'zod'
import { kafkaSettings } from './kafka-settings.ts'
import { count, flag, list, port, setting, type Setting } from './setting.ts'

const ROLES = ['api', 'projector', 'policy', 'connector', 'notary'] as const

/** Every setting there is. Command-line options of the same meaning win over the environment. */
export const settings = {
  dataFolder: setting(
    'TAKTLOG_DATA',
    z.string().min(1).default('./data'),
    'Folder of the embedded PostgreSQL (unused with DATABASE_URL) and of the key of the log.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
      .optional(),
    'Connection string of a PostgreSQL 15 or later to use instead of the embedded one.',
    true,
  ),
  databaseReadUrl: setting(
    'DATABASE_READ_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
      .optional(),
    'Connection string of a streaming replica of that database, for queries of the API.',
    true,
  ),
  kurrentdbUrl: setting(
    'KURRENTDB_URL',
    z
      .string()
      .regex(/^(esdb|kurrentdb|kurrent|kdb)(\+discover)?:\/\//, 'must start with kurrentdb://')
      .optional(),
    'Connection string of a KurrentDB or EventStoreDB that keeps the log instead of PostgreSQL.',
    true,
  ),
  host: setting(
    'TAKTLOG_HOST',
    z.string().min(1).default('127.0.0.1'),
    'Address to listen on. Other than loopback needs TAKTLOG_AUTH.',
  ),
  port: setting('TAKTLOG_PORT', port.default(4000), 'TCP port of the API; 0 takes a free one.'),
  roles: setting(
    'TAKTLOG_ROLES',
    list.pipe(z.array(z.enum(ROLES)).min(1)).default([...ROLES]),
    'What this process does, comma-separated: api, projector, policy, connector, notary.',
  ),
  auth: setting(
    'TAKTLOG_AUTH',
    z.enum(['none', 'keys', 'oidc', 'keys,oidc']).default('none'),
    'Who may call: none (loopback only), keys (taktlog key create), oidc, or keys,oidc.',
  ),
  oidcIssuer: setting('TAKTLOG_OIDC_ISSUER', z.url().optional(), 'Issuer a token must name.'),
  oidcAudience: setting(
    'TAKTLOG_OIDC_AUDIENCE',
    z.string().min(1).optional(),
    'Audience a token must name.',
  ),
  oidcJwksUrl: setting(
    'TAKTLOG_OIDC_JWKS_URL',
    z.url().optional(),
    'Where the public keys of the issuer are (JWKS).',
  ),
  graphiql: setting(
    'TAKTLOG_GRAPHIQL',
    flag.default(true),
    'Serve GraphiQL at /graphql to browsers.',
  ),
  introspection: setting(
    'TAKTLOG_INTROSPECTION',
    flag.default(true),
    'Let clients ask for the schema.',
  ),
  bodyLimit: setting(
    'TAKTLOG_BODY_LIMIT',
    count.default(1_048_576),
    'Largest request body in bytes.',
  ),
  maxDepth: setting('TAKTLOG_MAX_DEPTH', count.default(12), 'Deepest GraphQL selection.'),
  maxCost: setting(
    'TAKTLOG_MAX_COST',
    count.default(20_000),
    'Highest cost of one GraphQL operation: fields times the rows they are asked for.',
  ),
  rateLimit: setting(
    'TAKTLOG_RATE_LIMIT',
    count.default(600_000),
    'Most requests a minute of one caller (key, token or address).',
  ),
  corsOrigins: setting(
    'TAKTLOG_CORS_ORIGINS',
    list.default([]),
    'Browser origins that may call, comma-separated; none by default.',
  ),
  trustProxy: setting(
    'TAKTLOG_TRUST_PROXY',
    list.default([]),
    'Addresses of reverse proxies whose X-Forwarded-For is believed, comma-separated.',
  ),
  grpcPort: setting(
    'TAKTLOG_GRPC_PORT',
    port.optional(),
    'TCP port of the EventStoreDB protocol (gRPC) over the log; not served without.',
  ),
  grpcWrite: setting(
    'TAKTLOG_GRPC_WRITE',
    list.default([]),
    'Stream categories that EventStoreDB clients may write to, comma-separated; * opens all.',
  ),
  grpcCertificate: setting(
    'TAKTLOG_GRPC_CERT',
    z.string().min(1).optional(),
    'File with the certificate chain (PEM) of the EventStoreDB protocol; not encrypted without.',
  ),
  grpcKey: setting(
    'TAKTLOG_GRPC_KEY',
    z.string().min(1).optional(),
    'File with the private key (PEM) of that certificate.',
  ),
  ...kafkaSettings,
  persistedFile: setting(
    'TAKTLOG_PERSISTED',
    z.string().min(1).optional(),
    'JSON file { id: operation } of GraphQL operations that clients may send by id.',
  ),
  persistedOnly: setting(
    'TAKTLOG_PERSISTED_ONLY',
    flag.default(false),
    'Execute nothing but the operations of TAKTLOG_PERSISTED.',
  ),
  logOrigin: setting(
    'TAKTLOG_LOG_ORIGIN',
    z
      .string()
      .regex(/^[^\s+]+$/, 'must have no spaces and no plus signs')
      .default('taktlog'),
    'Name of this log in its checkpoints, best a domain and path of yours, for a key not made yet.',
  ),
  logKey: setting(
    'TAKTLOG_LOG_KEY',
    z.string().startsWith('PRIVATE+KEY+').optional(),
    'Private key that signs checkpoints, then public keys used before; else the file log-key.',
    true,
  ),
  checkpointSeconds: setting(
    'TAKTLOG_CHECKPOINT_SECONDS',
    count.default(60),
    'Seconds between two signed checkpoints of a growing log.',
  ),
  checkpointFile: setting(
    'TAKTLOG_CHECKPOINT_FILE',
    z.string().min(1).optional(),
    'File that always holds the latest checkpoint; best on another machine.',
  ),
  checkpointUrl: setting(
    'TAKTLOG_CHECKPOINT_URL',
    z.url({ protocol: /^https?$/ }).optional(),
    'Address that each checkpoint is posted to.',
  ),
  shiftGraceMinutes: setting(
    'TAKTLOG_SHIFT_GRACE_MINUTES',
    count.default(60),
    'Minutes after its end at which a shift is closed by itself and its key figures are reported.',
  ),
  planSearches: setting(
    'TAKTLOG_PLAN_SEARCHES',
    count.default(1),
    'Plans searched for at one time; further requests wait.',
  ),
  planWorkers: setting('TAKTLOG_PLAN_WORKERS', count.default(1), 'Threads of each of them.'),
  planIterations: setting(
    'TAKTLOG_PLAN_ITERATIONS',
    count.default(2_000),
    'Iterations of each thread where the request says none: more take longer and plan better.',
  ),
  tilesFolder: setting(
    'TAKTLOG_TILES_FOLDER',
    z.string().min(1).optional(),
    'Folder that gets the Merkle tree as C2SP tlog-tiles; best on another machine.',
  ),
  metricsPort: setting(
    'TAKTLOG_METRICS_PORT',
    port.optional(),
    'TCP port that serves /metrics and /health without authentication, in any role; not without.',
  ),
  metricsHost: setting(
    'TAKTLOG_METRICS_HOST',
    z.string().min(1).default('127.0.0.1'),
    'Address of that port; other than loopback only in a network of your own.',
  ),
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    z.url({ protocol: /^https?$/ }).optional(),
    'Address of an OpenTelemetry receiver (OTLP over HTTP) that gets traces; none are made without.',
  ),
  otelService: setting(
    'OTEL_SERVICE_NAME',
    z.string().min(1).default('taktlog'),
    'Name of this process in traces.',
  ),
  otelShare: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    z.coerce.number().min(0).max(1).default(1),
    'Share of the traces begun here that is recorded, 0 to 1; traces of callers keep their decision.',
  ),
  logLevel: setting(
    'TAKTLOG_LOG_LEVEL',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    'How much is logged to standard error.',
  ),
  epcisBase: setting(
    'TAKTLOG_EPCIS_BASE',
    z
      .string()
      .regex(
        /^(urn:[a-z0-9][a-z0-9-]{1,31}:([A-Za-z0-9._-]+:)*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/([A-Za-z0-9._-]+\/)*)$/,
        'must be https://.../ or urn:...:',
      )
      .default('urn:taktlog:'),
    'Begins the URIs of lots, serials, places ... in EPCIS; best an address of yours.',
  ),
  gs1Prefix: setting(
    'TAKTLOG_GS1_PREFIX',
    z
      .string()
      .regex(/^\d{6,12}$/, 'must have 6 to 12 digits')
      .optional(),
    'GS1 company prefix: ids such as <item reference>.<lot> become EPC URIs.',
  ),
} satisfies Record<string, Setting>

export type Config = {
  readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]['schema']>
}

/** A setting somebody got wrong; the message names the variable, the value and the rule. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads all settings.
 * @param environment usually `process.env`
 * @param options values from the command line by setting name; undefined ones are ignored
 * @throws ConfigError for every wrong value at once
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  options: Readonly<Record<string, unknown>> = {},
): Config {
  const problems: string[] = []
  const values = Object.entries<Setting>(settings).map(([name, { variable, schema, secret }]) => {
    const given =
      options[name] ?? (environment[variable] === '' ? undefined : environment[variable])
    const parsed = schema.safeParse(given)
    if (parsed.success) return [name, parsed.data]
    const shown = secret ? '(hidden)' : JSON.stringify(given)
    problems.push(`${variable}=${shown}: ${parsed.error.issues.map((i) => i.message).join('; ')}`)
    return [name, undefined]
  })
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const config = Object.freeze(Object.fromEntries(values)) as Config
  assertOidc(config)
  return config
}

function assertOidc(config: Config): void {
  if (!config.auth.includes('oidc')) return
  const missing = (['oidcIssuer', 'oidcAudience', 'oidcJwksUrl'] as const).filter((k) => !config[k])
  if (missing.length > 0)
    throw new ConfigError(
      `TAKTLOG_AUTH=${config.auth} needs ${missing.map((k) => settings[k].variable).join(', ')}`,
    )
}
