import type { EventStore } from '../commands/event-store.ts'
import { catchUp, openMember, type Progress } from './catch-up.ts'
import type { Member } from './fold.ts'
import type { Projection } from './projection.ts'
import { buildLock, type Tables } from './tables.ts'

/** What became of a projection that was to be rebuilt. */
export interface Rebuilt {
  readonly projection: string
  /** False when an event stopped it (see its status), or the run was aborted. */
  readonly done: boolean
}

export interface RebuildDeps {
  readonly store: Pick<EventStore, 'readAll' | 'head'>
  readonly tables: Tables
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/**
 * Builds these projections anew from the whole log, in one pass, beside the tables that are being
 * read, and switches each view when its table has caught up. Works in any process, also while another
 * one projects. An earlier run that was stopped or killed is taken up where its checkpoint stands.
 * @throws Error when one of them is being built already, or during an outage: run it again
 */
export async function rebuild(
  projections: readonly Projection[],
  { store, tables, signal, onProgress }: RebuildDeps,
): Promise<readonly Rebuilt[]> {
  const session = await tables.connect()
  try {
    await session.prepare(projections)
    const held = await session.hold(projections.map(({ name }) => buildLock(name)))
    const taken = projections.filter(({ name }) => !held.has(buildLock(name)))
    if (taken.length > 0)
      throw new Error(`already being rebuilt: ${taken.map(({ name }) => name).join(', ')}`)
    const members: Member[] = []
    for (const [p, table] of await session.startBuild(projections))
      members.push(await openMember(session, p, table))
    const done = await catchUp(members, {
      store,
      session,
      signal: AbortSignal.any([signal, session.lost]),
      ...(onProgress ? { onProgress } : {}),
    })
    return projections.map(({ name }) => ({
      projection: name,
      done: done.some(({ projection }) => projection.name === name),
    }))
  } finally {
    await session.close()
  }
}
