import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** PEM files. */
  readonly authority: string;
  readonly key: string;
  readonly certificate: string;
}

/** A throwaway authority and a certificate of it for 127.0.0.1, in a folder. */
export const makeCertificates = (folder: string, name: string): Certificates => {
  const file = (kind: string): string => join(folder, `${name}-${kind}`);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', [...args], { stdio: 'pipe' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name} authority`],
    ...['-keyout', file('ca.key'), '-out', file('ca.pem')],
  );
  openssl('req', ...key, '-subj', '/CN=127.0.0.1', '-keyout', file('key.pem'), '-out', file('request.pem'));
  writeFileSync(file('extensions'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  openssl(
    ...['x509', '-req', '-days', '2', '-in', file('request.pem'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-extfile', file('extensions'), '-out', file('cert.pem')],
  );
  return { authority: file('ca.pem'), key: file('key.pem'), certificate: file('cert.pem') };
};
