import { mebibytes } from '../batch/batch-size.ts';
import { FlotillaError } from '../errors.ts';
import type { UploadOrder } from '../ports.ts';

/** Seconds. An address takes a text for as long as somebody needs who was about to send it; a text waits for an hour. */
export const uploadLife = { address: 900, text: 3_600 } as const;

/** So many may one subject have open: ordered, and neither used nor given up nor over. */
export const mostOpenUploads = 5;

/** What is put at an address is called this, whether it is YAML or JSON. */
export const uploadType = 'application/yaml';

/** Digits of randomness, two to a byte: who knows an id was told it. */
const digits = 40;
export const uploadIdBytes = digits / 2;

/** `UPLOADS#<who>/OPEN#<place>`: an order that is open. It stands under its opener, so that nobody else finds it. */
export interface OpenUploadRow extends UploadOrder {
  readonly holder: string;
  /** Milliseconds since 1970; later it is not there, whether the table has come to it or not. */
  readonly ends_at: number;
  /** Seconds since 1970, as DynamoDB wants it. */
  readonly expires_at: number;
}

/** `UPLOADS#<who>/USED#<upload>`: what became of an upload, for as long as it would have been open. */
export type UsedUploadRow = Omit<OpenUploadRow, 'holder'> & { readonly batch_id: string };

/** Throws UploadNotFound for what was never an id; what passes can be a part of a path. */
export const checkUploadId = (uploadId: string): void => {
  if (uploadId.length === digits && /^[0-9a-f]+$/.test(uploadId)) return;
  throw new FlotillaError('UploadNotFound', `This is no upload: its id is ${digits} digits and letters from a to f.`);
};

/** What has to come with the text; its size is a part of what was agreed. */
export const uploadHeaders = ({
  bytes,
}: Pick<UploadOrder, 'bytes'>): Readonly<Record<'content-type' | 'content-length', string>> => ({
  'content-type': uploadType,
  'content-length': String(bytes),
});

export const uploadTooLarge = (bytes: number, most: number): FlotillaError =>
  new FlotillaError('PayloadTooLarge', `What was put there has ${bytes} bytes; ${mebibytes(most)} are allowed.`);

export const otherText = (): FlotillaError =>
  new FlotillaError('RequestInvalid', 'The text is not the one of this order: its SHA-256 is another. Make a new one.');
