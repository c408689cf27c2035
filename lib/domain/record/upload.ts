import { mebibytes } from '../batch/batch-size.ts';
import { FlotillaError } from '../errors.ts';
import type { UploadOrder } from '../ports.ts';

/** Seconds. An address lives as long as an upload needs that is about to start. A text waits for an hour. */
export const uploadLife = { address: 900, text: 3_600 } as const;

/** How many uploads one subject may have open: ordered, and not used, dropped or expired. */
export const mostOpenUploads = 5;

/** The content type of every upload, whether YAML or JSON. */
export const uploadType = 'application/yaml';

/** Random hexadecimal digits, two per byte: ids cannot be guessed. */
const digits = 40;
export const uploadIdBytes = digits / 2;

/** `UPLOADS#<who>/OPEN#<place>`: an open order. Stored under its opener, so nobody else finds it. */
export interface OpenUploadRow extends UploadOrder {
  readonly holder: string;
  /** Milliseconds since 1970. After that it counts as gone, even before the table removes it. */
  readonly ends_at: number;
  /** Seconds since 1970, for DynamoDB. */
  readonly expires_at: number;
}

/** `UPLOADS#<who>/USED#<upload>`: the batch that an upload became. Kept as long as the upload would have been open. */
export type UsedUploadRow = Omit<OpenUploadRow, 'holder'> & { readonly batch_id: string };

/** Throws UploadNotFound if this cannot be an id. A valid id is safe in a path. */
export const checkUploadId = (uploadId: string): void => {
  if (uploadId.length === digits && /^[0-9a-f]+$/.test(uploadId)) return;
  throw new FlotillaError(
    'UploadNotFound',
    `This is not an upload id: it needs ${digits} digits and letters from a to f.`,
  );
};

/** The headers that must accompany the text. Its size is part of the order. */
export const uploadHeaders = ({
  bytes,
}: Pick<UploadOrder, 'bytes'>): Readonly<Record<'content-type' | 'content-length', string>> => ({
  'content-type': uploadType,
  'content-length': String(bytes),
});

export const uploadTooLarge = (bytes: number, most: number): FlotillaError =>
  new FlotillaError('PayloadTooLarge', `The upload has ${bytes} bytes; ${mebibytes(most)} are allowed.`);

export const otherText = (): FlotillaError =>
  new FlotillaError('RequestInvalid', 'The text does not match its order: the SHA-256 differs. Start a new upload.');
