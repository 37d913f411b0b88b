import * as eventstore from '@eventstore/db-client'
import { probe, type Client, type ClientPackage } from './probe.ts'
import { sharing } from './probe-groups.ts'
import { ending, following, reading, writing } from './probe-streams.ts'

probe(
  '@eventstore/db-client',
  {
    package: eventstore as unknown as ClientPackage,
    scheme: 'esdb',
    connect: (url) => eventstore.EventStoreDBClient.connectionString(url) as unknown as Client,
  },
  [writing, reading, following, ending, sharing],
)
