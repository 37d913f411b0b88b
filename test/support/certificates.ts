import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A few hundred milliseconds of work; a test that reuses one folder pays it once. */
const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'

/**
 * A folder with `key.pem` and `cert.pem` of localhost, signed by the authority `ca.pem`, and an
 * authority that signed nothing, `other.pem`. Null, with a notice, where openssl is missing.
 */
export function makeCertificates(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'taktlog-tls-'))
  const openssl = (command: string) =>
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' })
  try {
    for (const name of ['ca', 'other'])
      openssl(`req -x509 ${KEY} -subj /CN=${name} -keyout ${name}.key -out ${name}.pem`)
    const names = '-addext subjectAltName=DNS:localhost,IP:127.0.0.1'
    const signed = '-CA ca.pem -CAkey ca.key -addext basicConstraints=critical,CA:FALSE'
    openssl(`req -x509 ${KEY} ${signed} ${names} -subj /CN=localhost -keyout key.pem -out cert.pem`)
    return folder
  } catch (error) {
    console.log(`NOTICE: nothing is tested with certificates: ${(error as Error).message}`)
    return null
  }
}
