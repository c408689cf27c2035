import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificates {
  /** PEM files. */
  readonly authority: string;
  readonly key: string;
  readonly certificate: string;
}

const days = { notBeforeDate: new Date(Date.now() - 86_400_000), notAfterDate: new Date(Date.now() + 86_400_000) };
const common = { ...days, keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** A throwaway authority and a certificate of it for 127.0.0.1, in a folder. */
export const makeCertificates = async (folder: string, name: string): Promise<Certificates> => {
  const authority = await generate([{ name: 'commonName', value: `${name} authority` }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const write = (kind: string, pem: string): string => {
    const file = join(folder, `${name}-${kind}.pem`);
    writeFileSync(file, pem);
    return file;
  };
  return {
    authority: write('ca', authority.cert),
    key: write('key', server.private),
    certificate: write('cert', server.cert),
  };
};
