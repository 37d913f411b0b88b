import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { Caller } from '../../src/adapters/grpc/caller.ts'
import { startGrpc, type GrpcServer } from '../../src/adapters/grpc/server.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import type { Checkpoints } from '../../src/commands/policy.ts'
import { systemClock } from '../../src/commands/ports.ts'
import type { Catalogue } from '../../src/domain/event.ts'

/** May do everything. */
export const anyone: Caller = {
  actor: 'tester',
  sites: null,
  refuses: async () => null,
  stillValid: async () => true,
}

/** Checkpoints for as long as the test lasts. */
export function memoryCheckpoints(): Checkpoints {
  const saved = new Map<string, number>()
  return {
    load: async (name) => saved.get(name) ?? 0,
    save: async (name, position) => void saved.set(name, position),
  }
}

/** A server on a port of this machine, a free one by default, over a log in memory unless another is given. */
export const serveGrpc = (
  options: Partial<Parameters<typeof startGrpc>[0]> & {
    readonly store?: EventStore
    readonly catalogue?: Catalogue
  } = {},
  port = 0,
): Promise<GrpcServer> => {
  const catalogue = options.catalogue ?? new Map()
  return startGrpc(
    {
      store: createMemoryEventStore(systemClock, catalogue),
      catalogue,
      clock: systemClock,
      checkpoints: memoryCheckpoints(),
      identify: async () => anyone,
      writable: ['*'],
      onError: (error) => console.error(error),
      ...options,
    },
    { host: '127.0.0.1', port, tls: null },
  )
}
