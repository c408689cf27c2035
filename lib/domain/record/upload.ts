import { mebibytes } from '../batch/batch-size.ts';
import { FlotillaError } from '../errors.ts';

/** Seconds. An address takes a text for as long as somebody needs who was about to send it; a text waits for a day. */
export const uploadLife = { address: 900, text: 86_400 } as const;

/** What is put at an address is called this, whether it is YAML or JSON. */
export const uploadType = 'application/yaml';

/** Digits of randomness, two to a byte: who knows an id was told it. */
const digits = 40;
export const uploadIdBytes = digits / 2;

/** Throws UploadNotFound for what was never an id; what passes can be a part of a path. */
export const checkUploadId = (uploadId: string): void => {
  if (uploadId.length === digits && /^[0-9a-f]+$/.test(uploadId)) return;
  throw new FlotillaError('UploadNotFound', `This is no upload: its id is ${digits} digits and letters from a to f.`);
};

/** What has to come with the text; its size is a part of what was agreed. */
export const uploadHeaders = (bytes: number): Readonly<Record<'content-type' | 'content-length', string>> => ({
  'content-type': uploadType,
  'content-length': String(bytes),
});

export const uploadTooLarge = (bytes: number, most: number): FlotillaError =>
  new FlotillaError('PayloadTooLarge', `What was put there has ${bytes} bytes; ${mebibytes(most)} are allowed.`);
