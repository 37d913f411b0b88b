import { randomUUID } from 'node:crypto'
import { START } from '../../../commands/event-store.ts'
import type { Definitions } from '../definitions.ts'
import { Refused } from '../errors.ts'
import { filterOf } from '../read.ts'
import type { Service } from '../service.ts'
import { fromStream } from '../wire.ts'
import { matcher } from '../filter.ts'
import type { Named } from './registry.ts'
import { ALL, type Settings, type Spec, type Start, type Strategy } from './spec.ts'

type Persistent = Definitions['persistent']
type CreateOptions = InstanceType<Persistent['CreateReq']['Options']>
type UpdateOptions = InstanceType<Persistent['UpdateReq']['Options']>
type WireSettings = InstanceType<Persistent['CreateReq']['Settings']>

const TICKS_PER_MS = 10_000
/** In the order of the protocol's numbers. */
const STRATEGIES: readonly Strategy[] = ['DispatchToSingle', 'RoundRobin', 'Pinned']

const invalid = (why: string) => new Refused({ kind: 'invalid-argument', why })

/** Which group a request is about. */
export function namedBy(
  options:
    | {
        getStreamIdentifier(): Parameters<typeof fromStream>[0]
        hasAll(): boolean
        getGroupName(): string
      }
    | undefined,
): Named {
  if (!options || options.getGroupName() === '') throw invalid('the group is missing')
  const source = options.hasAll() ? ALL : fromStream(options.getStreamIdentifier())
  if (source === '') throw invalid('the stream is missing')
  return { source, group: options.getGroupName() }
}

/** @throws Refused where something is missing or the filter is none */
export async function specOf(
  service: Service,
  options: CreateOptions | UpdateOptions | undefined,
): Promise<Spec> {
  const wire = options?.getSettings()
  if (!options || !wire || options.getGroupName() === '') throw invalid('settings are missing')
  const group = options.getGroupName()
  const settings = settingsOf(wire as WireSettings)
  const all = options.getAll()
  if (all) {
    const filter = 'getFilter' in all ? filterOf(all) : null
    matcher(filter)
    return {
      id: randomUUID(),
      source: ALL,
      group,
      settings,
      filter,
      start: await ofLog(service, all),
    }
  }
  const from = options.getStream()
  const source = fromStream(from?.getStreamIdentifier() ?? options.getStreamIdentifier())
  if (source === '') throw invalid('the stream is missing')
  const start = await ofStream(service, from)
  return { id: randomUUID(), source, group, settings, filter: null, start }
}

interface Place {
  hasEnd(): boolean
}

async function ofLog(
  { store }: Service,
  all: Place & { getPosition(): { getCommitPosition(): string } | undefined },
): Promise<Start> {
  if (all.hasEnd()) return { after: await store.head(), revision: 0, text: 'C:-1/P:-1' }
  const position = Number(all.getPosition()?.getCommitPosition() ?? START)
  // The protocol's position is where the first event may stand.
  const after = Math.max(START, position - 1)
  return { after, revision: 0, text: `C:${position}/P:${position}` }
}

async function ofStream(
  { store }: Service,
  from: (Place & { hasRevision(): boolean; getRevision(): string }) | undefined,
): Promise<Start> {
  if (from?.hasEnd()) return { after: await store.head(), revision: 0, text: '-1' }
  const revision = from?.hasRevision() ? Number(from.getRevision()) : 0
  return { after: START, revision, text: String(revision) }
}

function settingsOf(wire: WireSettings): Settings {
  const ms = (given: boolean, value: number, ticks: string) =>
    given ? value : Math.round(Number(ticks) / TICKS_PER_MS)
  const named = STRATEGIES[wire.getNamedConsumerStrategy()] ?? 'RoundRobin'
  const worded = 'getConsumerStrategy' in wire ? wire.getConsumerStrategy() : ''
  return {
    messageTimeoutMs: Math.max(
      1,
      ms(wire.hasMessageTimeoutMs(), wire.getMessageTimeoutMs(), wire.getMessageTimeoutTicks()),
    ),
    checkpointAfterMs: Math.max(
      1,
      ms(wire.hasCheckpointAfterMs(), wire.getCheckpointAfterMs(), wire.getCheckpointAfterTicks()),
    ),
    minCheckpointCount: wire.getMinCheckpointCount(),
    maxCheckpointCount: Math.max(1, wire.getMaxCheckpointCount()),
    maxRetryCount: wire.getMaxRetryCount(),
    maxSubscriberCount: wire.getMaxSubscriberCount(),
    liveBufferSize: wire.getLiveBufferSize(),
    readBatchSize: wire.getReadBatchSize(),
    historyBufferSize: wire.getHistoryBufferSize(),
    resolveLinks: wire.getResolveLinks(),
    extraStatistics: wire.getExtraStatistics(),
    strategy: worded === 'PinnedByCorrelation' ? worded : named,
  }
}
