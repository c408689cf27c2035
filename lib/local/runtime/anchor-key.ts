import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from '../../adapters/disk.ts';
import { newSigningKey } from '../../adapters/key-signer.ts';
import { putFile } from '../../adapters/put-file.ts';
import { FlotillaError } from '../../domain/errors.ts';

const name = 'anchor-key';

/** The key that signs anchors, in a file of the data folder that only its owner can read. Created if missing. */
export const anchorKey = async (data: string, disk: Disk): Promise<KeyObject> => {
  const path = join(data, name);
  if (!existsSync(path)) {
    const key = newSigningKey();
    const text = key.export({ format: 'der', type: 'pkcs8' }).toString('base64url');
    await putFile(disk, { root: data, path: name }, (temporary) => writeFile(temporary, text, { mode: 0o600 }));
    return key;
  }
  try {
    const der = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (error) {
    const message = `${path} cannot be used: it contains no key. Restore the old file, or move this one away. Then a new key is created, and \`flotilla verify\` reports the change.`;
    // The cause may contain the file's content.
    throw new FlotillaError('ConfigurationInvalid', message, { code: (error as { code?: unknown }).code });
  }
};
