import type { PersonName, PersonNames } from '../../commands/person-names.ts'

/** Names in memory, for tests: the same answers as the table, gone with the process. */
export function createMemoryPersonNames(): PersonNames {
  const byPerson = new Map<string, PersonName>()
  return {
    put: async (name) => void byPerson.set(name.personId, name),
    find: async (personIds) =>
      new Map(
        personIds.flatMap((id) => {
          const name = byPerson.get(id)
          return name ? [[id, name] as const] : []
        }),
      ),
    search: async (what, sites) =>
      [...byPerson.values()]
        .filter((entry) => sites === null || sites.includes(entry.site))
        .filter((entry) =>
          'badge' in what
            ? entry.badge === what.badge
            : entry.name.toLowerCase().includes(what.contains.toLowerCase()),
        )
        .map(({ personId }) => personId)
        .sort(),
    erase: async (personId) => void byPerson.delete(personId),
  }
}
