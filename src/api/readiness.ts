import type { Services } from './context.ts'

/** Behind by this many events, the read models answer too old to take traffic: half a minute of a plant. */
const READY_LAG = 50_000
/** A database that does not even say where it stands within this time serves nobody. */
const READY_WITHIN_MS = 2_000

/** Why this process should get no traffic now, null when it may; answers in bounded time. */
export async function notReady(
  services: Pick<Services, 'reads' | 'store'>,
): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve('the database does not answer'), READY_WITHIN_MS)
  return Promise.race([problemOf(services), late]).finally(() => clearTimeout(timer))
}

async function problemOf({
  reads,
  store,
}: Pick<Services, 'reads' | 'store'>): Promise<string | null> {
  try {
    await store.head()
    const status = await reads.status()
    const failed = status.find(({ state }) => state === 'FAILED')
    if (failed) return `read model ${failed.name} stopped`
    const behind = status.find(({ lag }) => lag > READY_LAG)
    return behind ? `read model ${behind.name} is ${behind.lag} events behind` : null
  } catch {
    return 'the database cannot be reached'
  }
}
