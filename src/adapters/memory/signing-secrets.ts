import type { KeptSecret, SigningSecrets, SigningSession } from '../../commands/signing/secrets.ts'

/** Hashes of secrets and sessions in memory, for tests: the same answers as the tables. */
export function createMemorySigningSecrets(): SigningSecrets {
  let secrets: readonly KeptSecret[] = []
  const sessions = new Map<string, SigningSession>()
  return {
    cost: { N: 2 ** 4, r: 8, p: 1 },
    put: async (secret) => void (secrets = [...secrets, secret]),
    find: async (personId, secretId) =>
      secrets.find((one) => one.personId === personId && one.secretId === secretId) ?? null,
    async erase(personId, but) {
      const goes = (one: { personId: string; secretId: string }): boolean =>
        one.personId === personId && one.secretId !== but
      secrets = secrets.filter((one) => !goes(one))
      for (const [hash, session] of sessions) if (goes(session)) sessions.delete(hash)
    },
    keep: async (session) => void sessions.set(session.tokenHash, session),
    session: async (tokenHash) => sessions.get(tokenHash) ?? null,
  }
}
