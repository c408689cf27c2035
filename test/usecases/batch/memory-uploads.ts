import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Clock, UploadAddress, UploadOrder, Uploads } from '../../../lib/domain/ports.ts';
import { checkUploadId, uploadLife } from '../../../lib/domain/record/upload.ts';

/** Uploads in a map. A test puts them there itself. */
export class MemoryUploads implements Uploads {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #put = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();
  #opened = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async open({ bytes }: UploadOrder): Promise<UploadAddress> {
    const upload_id = String(++this.#opened).padStart(40, '0');
    const headers = { 'content-type': 'application/yaml', 'content-length': String(bytes) };
    const expires_at = this.#clock.now() + uploadLife.address * 1000;
    return { upload_id, url: `/uploads/${upload_id}`, headers, expires_at };
  }

  async read(uploadId: string, most: number): Promise<Uint8Array | undefined> {
    checkUploadId(uploadId);
    const found = this.#put.get(uploadId);
    if (found === undefined || this.#clock.now() - found.at > uploadLife.text * 1000) return undefined;
    if (found.bytes.length > most) throw new FlotillaError('PayloadTooLarge', 'too large');
    return found.bytes;
  }

  async drop(uploadId: string): Promise<void> {
    this.#put.delete(uploadId);
  }

  put(uploadId: string, bytes: Uint8Array): void {
    this.#put.set(uploadId, { bytes, at: this.#clock.now() });
  }
}
