import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** For `telltale.example`, `localhost` and 127.0.0.1; its own authority, valid for two days. */
export interface Certificate {
  certificate: string;
  key: string;
  /** What a client has to know, to believe it. */
  authority: string;
}

export const outsideName = 'telltale.example';

/** Made anew, so that there is no key in the repository. Ask `requires('openssl')` before. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${outsideName}`, '-addext', `subjectAltName=DNS:${outsideName},DNS:localhost,IP:127.0.0.1`],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { certificate, key, authority: readFileSync(certificate, 'utf8') };
}
