import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlotillaError } from '../domain/errors.ts';
import type { Clock, UploadAddress, UploadOrder, Uploads } from '../domain/ports.ts';
import {
  checkUploadId,
  otherText,
  uploadHeaders,
  uploadIdBytes,
  uploadLife,
  uploadTooLarge,
  uploadType,
} from '../domain/record/upload.ts';
import { type Disk, realDisk } from './disk.ts';
import { putFile } from './put-file.ts';

/** An upload request, as HTTP describes it. */
export interface Incoming {
  readonly type: string | undefined;
  readonly length: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What an address accepts. It is stored beside the upload, so that a restarted server knows it. */
interface Promised extends UploadOrder {
  readonly until: number;
}

/** Uploads as files in their own folder, passed to `receive` by the server. They are removed after an hour. */
export class FileUploads implements Uploads {
  readonly #folder: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #disk: Disk;

  constructor(folder: string, clock: Pick<Clock, 'now'>, disk: Disk = realDisk) {
    this.#folder = folder;
    this.#clock = clock;
    this.#disk = disk;
  }

  async open(order: UploadOrder): Promise<UploadAddress> {
    await mkdir(this.#folder, { recursive: true });
    await this.#removeOld();
    const upload_id = randomBytes(uploadIdBytes).toString('hex');
    const promised: Promised = { ...order, until: this.#clock.now() + uploadLife.address * 1000 };
    await this.#put(nameOf(upload_id, 'json'), (temporary) => writeFile(temporary, JSON.stringify(promised)));
    return { upload_id, url: `/uploads/${upload_id}`, headers: uploadHeaders(order), expires_at: promised.until };
  }

  /**
   * Accepts what an address was made for, once. Throws UploadNotFound, UnsupportedMediaType or RequestInvalid for
   * anything else, and PreconditionFailed for a second upload. Two simultaneous uploads may both succeed: they have the
   * same text.
   */
  async receive(uploadId: string, { type, length, body }: Incoming): Promise<void> {
    const { bytes, sha256 } = await this.#promised(uploadId);
    if (type !== uploadType) {
      throw new FlotillaError('UnsupportedMediaType', `This upload takes Content-Type ${uploadType}, not ${type}.`);
    }
    if (length !== String(bytes)) throw wrongSize(bytes, length ?? 'no');
    if ((await stat(this.#path(nameOf(uploadId, 'yaml'))).catch(ifThere)) !== undefined) throw putBefore();
    const write = (temporary: string) => writeFile(temporary, exactly({ bytes, sha256 }, body));
    await this.#put(nameOf(uploadId, 'yaml'), write);
    // An upload that was given up while it arrived leaves nothing.
    if ((await stat(this.#path(nameOf(uploadId, 'json'))).catch(ifThere)) !== undefined) return;
    await this.drop(uploadId);
    throw overOrNone();
  }

  async read(uploadId: string, most: number): Promise<Uint8Array | undefined> {
    const file = await open(this.#path(nameOf(uploadId, 'yaml'))).catch(ifThere);
    if (file === undefined) return undefined;
    try {
      const { size, mtimeMs } = await file.stat();
      if (this.#isOld(mtimeMs)) return undefined;
      if (size > most) throw uploadTooLarge(size, most);
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  /** The metadata goes first: an upload that arrives now finds nothing, and is removed. */
  async drop(uploadId: string): Promise<void> {
    for (const ending of ['json', 'yaml'] as const) await rm(this.#path(nameOf(uploadId, ending)), { force: true });
  }

  async #promised(uploadId: string): Promise<Promised> {
    const text = await readFile(this.#path(nameOf(uploadId, 'json')), 'utf8').catch(ifThere);
    const promised = text === undefined ? undefined : (JSON.parse(text) as Promised);
    if (promised !== undefined && this.#clock.now() < promised.until) return promised;
    throw overOrNone();
  }

  async #removeOld(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = this.#path(name);
      const found = await stat(path).catch(ifThere);
      if (found !== undefined && this.#isOld(found.mtimeMs)) await rm(path, { force: true });
    }
  }

  #isOld(since: number): boolean {
    return this.#clock.now() - since > uploadLife.text * 1000;
  }

  #put(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    return putFile(this.#disk, { root: this.#folder, path }, write);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

const nameOf = (uploadId: string, ending: 'json' | 'yaml'): string => {
  checkUploadId(uploadId);
  return `${uploadId}.${ending}`;
};

const ifThere = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

const overOrNone = (): FlotillaError =>
  new FlotillaError(
    'UploadNotFound',
    'There is no such upload, or its address has expired. Create a new one with POST /uploads.',
  );

const wrongSize = (bytes: number, found: number | string): FlotillaError =>
  new FlotillaError('RequestInvalid', `This upload was made for ${bytes} bytes; the request has ${found}.`);

const putBefore = (): FlotillaError =>
  new FlotillaError('PreconditionFailed', 'This upload has already arrived. Each address accepts one upload.');

/** Passes data on, and stops at more than was announced. Fails at the end if the data is not what was announced. */
async function* exactly({ bytes, sha256 }: UploadOrder, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bytes) throw wrongSize(bytes, `${size} and more`);
    hash.update(chunk);
    yield chunk;
  }
  if (size < bytes) throw wrongSize(bytes, size);
  if (hash.digest('hex') !== sha256) throw otherText();
}
