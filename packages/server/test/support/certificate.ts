import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** A certificate for `localhost`, made anew, and a file that `NODE_EXTRA_CA_CERTS` can name. */
export async function createCertificate() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  })
  const file = join(mkdtempSync(join(tmpdir(), 'messages-api-')), 'ca.pem')
  writeFileSync(file, cert)
  return { tls: { key, cert }, file }
}
