import * as kurrent from '@kurrent/kurrentdb-client'
import { probe } from './probe.ts'
import { sharing } from './probe-groups.ts'
import { ending, following, reading, writing } from './probe-streams.ts'

probe(
  '@kurrent/kurrentdb-client',
  {
    package: kurrent,
    scheme: 'kurrentdb',
    connect: (url) => kurrent.KurrentDBClient.connectionString(url),
  },
  [writing, reading, following, ending, sharing],
)
