import { randomUUID } from 'node:crypto'
import { admit, duplex, send, signalOf } from '../calls.ts'
import type { Definitions } from '../definitions.ts'
import { Refused } from '../errors.ts'
import type { Service } from '../service.ts'
import { fromUuid, toRecorded, type UuidStyle } from '../wire.ts'
import type { Consumer } from './consumer.ts'
import type { Group, Verdict } from './group.ts'
import type { Registry } from './registry.ts'
import { namedBy } from './requests.ts'

type Request = InstanceType<Definitions['persistent']['ReadReq']>
type Response = InstanceType<Definitions['persistent']['ReadResp']>
type Nack = InstanceType<Definitions['persistent']['ReadReq']['Nack']>

/** Events that a consumer takes ahead where it does not say. */
const DEFAULT_SLOTS = 10

/** `PersistentSubscriptions.Read`: events one way, acknowledgements the other. */
export const consume = (service: Service, registry: Registry) =>
  duplex<Request, Response>(service, async (call) => {
    const caller = await admit(service, call.metadata, { kind: 'read' })
    // A group has one checkpoint for all: an event that one may not see would hold it up or be lost.
    if (caller.sites !== null)
      throw new Refused({ kind: 'access-denied', why: 'groups are for who may see all sites' })
    const signal = signalOf(service, call)
    const requests = (call as AsyncIterable<Request>)[Symbol.asyncIterator]()
    const first = (await requests.next()).value as Request | undefined
    const options = first?.getOptions()
    const group = registry.find(namedBy(options))
    const style = options?.getUuidOption()?.hasStructured() ? 'structured' : 'string'
    const dropped = Promise.withResolvers<never>()
    dropped.promise.catch(() => {})
    const consumer: Consumer = {
      name: call.metadata.get('connection-name')[0]?.toString() ?? randomUUID(),
      actor: caller.actor,
      from: call.getPeer(),
      slots: options?.getBufferSize() || DEFAULT_SLOTS,
      inFlight: 0,
      total: 0,
      // As many as it has slots: no more can wait for it here.
      send: (fact, retries) => {
        if (!signal.aborted) call.write(eventOf(service, { fact, retries, style }))
      },
      drop: (why) => dropped.reject(why),
    }
    const { ReadResp } = service.d.persistent
    const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId(group.key)
    await send(call, new ReadResp().setSubscriptionConfirmation(confirmation), signal)
    group.join(consumer)
    try {
      for (;;) {
        const next = await Promise.race([requests.next(), dropped.promise])
        if (next.done || signal.aborted) return
        if (!(await caller.stillValid())) throw new Refused({ kind: 'unauthenticated' })
        if (!judge(service, group, next.value)) return
      }
    } catch (error) {
      // Reading from a client that is gone fails; that is no fault.
      if (!signal.aborted) throw error
    } finally {
      group.leave(consumer)
    }
  })

/** @returns whether the client goes on */
function judge({ d }: Service, group: Group, request: Request): boolean {
  const ack = request.getAck()
  if (ack) group.ack(ack.getIdsList().map(fromUuid))
  const nack = request.getNack()
  if (!nack) return true
  const { Action } = d.persistent.ReadReq.Nack
  const verdicts: Partial<Record<number, Verdict>> = {
    [Action.PARK]: 'park',
    [Action.SKIP]: 'skip',
  }
  const action: ReturnType<Nack['getAction']> = nack.getAction()
  const ids = nack.getIdsList().map(fromUuid)
  group.nack(ids, verdicts[action] ?? 'retry', nack.getReason())
  return action !== Action.STOP
}

function eventOf(
  service: Service,
  message: {
    readonly fact: Parameters<Consumer['send']>[0]
    readonly retries: number
    readonly style: UuidStyle
  },
): Response {
  const { ReadResp } = service.d.persistent
  const { fact, retries, style } = message
  const recorded = toRecorded(service, new ReadResp.ReadEvent.RecordedEvent(), fact, style)
  const event = new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(fact.position))
  if (retries > 0) event.setRetryCount(retries)
  return new ReadResp().setEvent(event)
}
