import { admit, unary } from '../calls.ts'
import type { Definitions } from '../definitions.ts'
import type { Service } from '../service.ts'
import { fromStream } from '../wire.ts'
import { consume } from './consume.ts'
import type { Group } from './group.ts'
import { openRegistry, type Registry } from './registry.ts'
import { namedBy, specOf } from './requests.ts'
import { ALL } from './spec.ts'

type Persistent = Definitions['persistent']
type Message<K extends keyof Persistent> = Persistent[K] extends new (...args: never[]) => infer M
  ? M
  : never
type Info = Message<'SubscriptionInfo'>

/** The service `PersistentSubscriptions`, and how it is closed. */
export async function persistentSubscriptions(service: Service) {
  const registry = await openRegistry(service)
  return {
    methods: {
      ...changing(service, registry),
      ...asking(service, registry),
      read: consume(service, registry),
    },
    close: () => registry.close(),
  }
}

function changing(service: Service, registry: Registry) {
  const { persistent } = service.d
  return {
    create: unary<Message<'CreateReq'>, Message<'CreateResp'>>(service, async (request, m) => {
      const caller = await admit(service, m, { kind: 'manage' })
      await registry.create(await specOf(service, request.getOptions()), caller)
      return new persistent.CreateResp()
    }),
    update: unary<Message<'UpdateReq'>, Message<'UpdateResp'>>(service, async (request, m) => {
      const caller = await admit(service, m, { kind: 'manage' })
      await registry.update(await specOf(service, request.getOptions()), caller)
      return new persistent.UpdateResp()
    }),
    delete: unary<Message<'DeleteReq'>, Message<'DeleteResp'>>(service, async (request, m) => {
      const caller = await admit(service, m, { kind: 'manage' })
      await registry.remove(namedBy(request.getOptions()), caller)
      return new persistent.DeleteResp()
    }),
    replayParked: unary<Message<'ReplayParkedReq'>, Message<'ReplayParkedResp'>>(
      service,
      async (request, m) => {
        await admit(service, m, { kind: 'manage' })
        const options = request.getOptions()
        const limit = options?.hasStopAt() ? Number(options.getStopAt()) : Infinity
        await registry.find(namedBy(options)).replayParked(limit)
        return new persistent.ReplayParkedResp()
      },
    ),
  }
}

function asking(service: Service, registry: Registry) {
  const { persistent } = service.d
  return {
    getInfo: unary<Message<'GetInfoReq'>, Message<'GetInfoResp'>>(service, async (request, m) => {
      await admit(service, m, { kind: 'read' })
      const group = registry.find(namedBy(request.getOptions()))
      return new persistent.GetInfoResp().setSubscriptionInfo(await infoOf(service, group))
    }),
    list: unary<Message<'ListReq'>, Message<'ListResp'>>(service, async (request, m) => {
      await admit(service, m, { kind: 'read' })
      const of = request.getOptions()?.getListForStream()
      const source = of?.hasAll() ? ALL : fromStream(of?.getStream())
      const groups = registry.list().filter(({ spec }) => !of || spec.source === source)
      const infos = await Promise.all(groups.map((group) => infoOf(service, group)))
      return new persistent.ListResp().setSubscriptionsList(infos)
    }),
  }
}

async function infoOf({ d }: Service, group: Group): Promise<Info> {
  const { SubscriptionInfo } = d.persistent
  const { spec } = group
  const { settings } = spec
  const state = await group.state()
  // A group stands at a place in the log; of a stream the protocol would have a revision.
  const place = (position: number) =>
    position > 0 && spec.source === ALL ? `C:${position}/P:${position}` : ''
  const connections = state.consumers.map((consumer) =>
    new SubscriptionInfo.ConnectionInfo()
      .setFrom(consumer.from)
      .setUsername(consumer.actor)
      .setConnectionName(consumer.name)
      .setTotalItems(String(consumer.total))
      .setCountSinceLastMeasurement('0')
      .setAvailableSlots(consumer.slots - consumer.inFlight)
      .setInFlightMessages(consumer.inFlight),
  )
  return new SubscriptionInfo()
    .setEventSource(spec.source)
    .setGroupName(spec.group)
    .setStatus('Live')
    .setConnectionsList(connections)
    .setTotalItems(String(state.total))
    .setCountSinceLastMeasurement('0')
    .setLastCheckpointedEventPosition(place(state.checkpoint))
    .setLastKnownEventPosition(place(state.lastRead))
    .setStartFrom(spec.start.text)
    .setMessageTimeoutMilliseconds(settings.messageTimeoutMs)
    .setCheckPointAfterMilliseconds(settings.checkpointAfterMs)
    .setMinCheckPointCount(settings.minCheckpointCount)
    .setMaxCheckPointCount(settings.maxCheckpointCount)
    .setMaxRetryCount(settings.maxRetryCount)
    .setMaxSubscriberCount(settings.maxSubscriberCount)
    .setLiveBufferSize(settings.liveBufferSize)
    .setBufferSize(settings.historyBufferSize)
    .setReadBatchSize(settings.readBatchSize)
    .setResolveLinkTos(settings.resolveLinks)
    .setExtraStatistics(settings.extraStatistics)
    .setNamedConsumerStrategy(settings.strategy)
    .setReadBufferCount(state.buffered)
    .setLiveBufferCount('0')
    .setRetryBufferCount(state.retrying)
    .setTotalInFlightMessages(state.inFlight)
    .setOutstandingMessagesCount(state.outstanding)
    .setParkedMessageCount(String(state.parked))
}
