import DataLoader from 'dataloader'
import type { PersonName, PersonNames } from '../commands/person-names.ts'
import type { AccessLog } from './access-log.ts'
import type { Principal } from './authorise.ts'

/** Names in the name of one principal: they take the scope `read:personnel` and the person's site. */
export interface PersonReader {
  /** Null where no name was set, it was forgotten, or the person is of a site not open here. */
  load(personId: string): Promise<PersonName | null>
  /** Ids of persons; see `PersonNames.search`. */
  search(what: Parameters<PersonNames['search']>[0]): Promise<readonly string[]>
}

export function createPersonReader(deps: {
  readonly names: PersonNames
  readonly principal: Principal
  readonly access: AccessLog
}): PersonReader {
  const { names, access } = deps
  const { sites } = deps.principal
  const open = () => access.demand({ kind: 'read', context: 'personnel', site: null })
  // A subscription asks again and again: a name that was erased meanwhile must not be remembered.
  const byId = new DataLoader<string, PersonName | null>(
    async (personIds) => {
      const found = await names.find(personIds)
      return personIds.map((id) => {
        const name = found.get(id)
        return name && (sites === null || sites.includes(name.site)) ? name : null
      })
    },
    { cache: false },
  )
  return {
    async load(personId) {
      await open()
      return byId.load(personId)
    },
    async search(what) {
      await open()
      return names.search(what, sites)
    },
  }
}
