import { randomUUID } from 'node:crypto'
import type { handleUnaryCall } from '@grpc/grpc-js'
import { admit, unary } from './calls.ts'
import type { Definitions } from './definitions.ts'
import type { Service } from './service.ts'

/** The release whose protocol this is: clients ask for it before they use what came with a release. */
const SERVER_VERSION = '24.10.0'

/** Methods of the definitions that are not served. */
const ABSENT = /RestartSubsystem$/
/** Methods that serve a single stream and the whole log alike, as clients ask for it. */
const BOTH = ['stream', 'all']

type Empty = InstanceType<Definitions['shared']['Empty']>
type SupportedMethods = InstanceType<Definitions['features']['SupportedMethods']>
type ClusterInfo = InstanceType<Definitions['gossip']['ClusterInfo']>

/** `ServerFeatures.GetSupportedMethods`: what of the protocol is served here. */
export const supportedMethods = (service: Service) =>
  unary<Empty, SupportedMethods>(service, async () => {
    const { features, services } = service.d
    const methods = Object.values(services).flatMap((definition) =>
      Object.values(definition as unknown as Record<string, { readonly path: string }>)
        .filter(({ path }) => !ABSENT.test(path))
        .map(({ path }) => {
          const [, serviceName = '', methodName = ''] = path.split('/')
          const ofGroups = serviceName.endsWith('PersistentSubscriptions')
          return new features.SupportedMethod()
            .setServiceName(serviceName.toLowerCase())
            .setMethodName(methodName.toLowerCase())
            .setFeaturesList(ofGroups ? BOTH : [])
        }),
    )
    return new features.SupportedMethods()
      .setEventStoreServerVersion(SERVER_VERSION)
      .setMethodsList(methods)
  })

const instance = randomUUID()

/** `Gossip.Read`: a cluster of one, at the address under which the client found it. */
export const gossip =
  (service: Service, port: () => number): handleUnaryCall<Empty, ClusterInfo> =>
  (call, callback) => {
    const { gossip: g, shared } = service.d
    unary<Empty, ClusterInfo>(service, async (_, metadata) => {
      await admit(service, metadata, null)
      const authority = new URL(`http://${call.getHost()}`)
      const place = new g.EndPoint()
        .setAddress(authority.hostname.replace(/^\[|\]$/g, ''))
        .setPort(Number(authority.port || port()))
      const member = new g.MemberInfo()
        .setInstanceId(new shared.UUID().setString(instance))
        .setTimeStamp(`${Date.parse(service.clock.now())}0000`)
        .setState(g.MemberInfo.VNodeState.LEADER)
        .setIsAlive(true)
        .setHttpEndPoint(place)
      return new g.ClusterInfo().setMembersList([member])
    })(call, callback)
  }
