import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What the server is made of; loaded only where it is wanted. */
export interface Definitions {
  readonly grpc: typeof import('@grpc/grpc-js')
  readonly any: typeof import('google-protobuf/google/protobuf/any_pb.js')
  readonly empty: typeof import('google-protobuf/google/protobuf/empty_pb.js')
  readonly shared: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js')
  readonly status: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js')
  readonly streams: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js')
  readonly persistent: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/persistentsubscriptions_pb.js')
  readonly features: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js')
  readonly gossip: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js')
  readonly services: Services
}

interface Services {
  readonly streams: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js').StreamsService
  readonly persistent: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/persistentsubscriptions_grpc_pb.js').PersistentSubscriptionsService
  readonly features: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js').ServerFeaturesService
  readonly gossip: typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js').GossipService
}

const PROTOCOLS = '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1'

/**
 * The messages and services of the EventStoreDB protocol as the client package ships them (Apache-2.0).
 * Its native bridge (Kurrent License) is not loaded.
 * @throws Error in plain words where the optional packages are not installed
 */
export function loadDefinitions(): Definitions {
  const load = (name: string) => require(`${PROTOCOLS}/${name}_pb.js`)
  try {
    return {
      grpc: require('@grpc/grpc-js'),
      any: require('google-protobuf/google/protobuf/any_pb.js'),
      empty: require('google-protobuf/google/protobuf/empty_pb.js'),
      shared: load('shared'),
      status: load('status'),
      streams: load('streams'),
      persistent: load('persistentsubscriptions'),
      features: load('serverfeatures'),
      gossip: load('gossip'),
      services: {
        streams: load('streams_grpc').StreamsService,
        persistent: load('persistentsubscriptions_grpc').PersistentSubscriptionsService,
        features: load('serverfeatures_grpc').ServerFeaturesService,
        gossip: load('gossip_grpc').GossipService,
      },
    }
  } catch (error) {
    throw new Error(
      'TAKTLOG_GRPC_PORT needs the optional packages @kurrent/kurrentdb-client, @grpc/grpc-js and ' +
        'google-protobuf: install them with "npm install --include=optional".',
      { cause: error },
    )
  }
}
