/** Why an address cannot be listened on, by the code of the operating system. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; choose another port',
  EADDRNOTAVAIL: 'not an address of this machine',
  ENOTFOUND: 'not an address of this machine',
  EACCES: 'this user may not listen there; ports from 1024 are open to all',
}

/** A sentence for whoever configured the address; undefined for any other error. */
export const whyNoAddress = (error: unknown): string | undefined =>
  REASONS[(error as NodeJS.ErrnoException).code ?? '']
