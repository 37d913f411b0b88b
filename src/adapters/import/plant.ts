import { streamOf } from '../../domain/decider.ts'
import type { Level } from '../../domain/site/events.ts'
import { hierarchyScope } from '../../domain/site/hierarchy-scope.ts'
import { timeZone as zone } from '../../domain/site/time-zone.ts'
import { id } from '../../domain/types.ts'
import { ImportError } from './errors.ts'
import type { Sink } from './run.ts'

export interface SiteOptions {
  /** ISA-95 site everything belongs to; defined where it is new. */
  readonly site: string
  readonly siteName?: string
  /** IANA name; also of times in the files that carry no offset. */
  readonly timeZone: string
}

/** @throws ImportError for a site or time zone that no site can have */
export function checkSite({ site, timeZone }: SiteOptions): void {
  for (const [option, schema, value] of [
    ['--site', id, site],
    ['--time-zone', zone, timeZone],
  ] as const) {
    const checked = schema.safeParse(value)
    if (!checked.success)
      throw new ImportError(`${option} ${value}`, checked.error.issues[0]!.message)
  }
}

interface Scope {
  readonly id: string
  readonly level: Level
  readonly parentId: string | null
  readonly name?: string
  readonly timeZone?: string
}

/**
 * Makes the site and the places below it known, parents first; what is there already stays as it is.
 * @param at when the first fact of the import happened: a place is there before what happens in it
 */
export async function definePlant(
  sink: Sink,
  source: string,
  { site, siteName, timeZone }: SiteOptions,
  { at, file, scopes }: { at: string; file: string; scopes: readonly Scope[] },
): Promise<void> {
  const whole: Scope = {
    id: site,
    level: 'SITE',
    parentId: null,
    ...(siteName === undefined ? {} : { name: siteName }),
    timeZone,
  }
  for (const scope of [whole, ...scopes]) {
    if (await sink.has(streamOf(hierarchyScope, scope.id))) continue
    sink.command(source, {
      decider: hierarchyScope,
      command: {
        type: 'DefineHierarchyScope',
        scopeId: scope.id,
        level: scope.level,
        parentId: scope.parentId,
        name: scope.name ?? scope.id,
        timeZone: scope.timeZone ?? null,
      },
      name: `scope/${scope.id}`,
      occurredAt: at,
      file,
      line: 0,
    })
    await sink.settle()
  }
}
