import { createHash, createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../plan/plan-hash.ts';

/**
 * The end of a batch's feed, recorded outside the table. The anchors of all batches form one chain in the order of
 * writing: `sequence` counts them without gaps, and `previous` is the hash of the one before.
 */
const statementSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().min(1),
  batch_id: z.string(),
  /** Number and hash of the last event in the batch's feed. */
  number: z.int().min(1),
  hash: z.string(),
  /** When it was written, in milliseconds since 1970. */
  at: z.int(),
  previous: z.string().optional(),
  /** The signing key: SubjectPublicKeyInfo (DER) in base64. */
  public_key: z.string(),
});

/** The signed part. */
export type Statement = z.output<typeof statementSchema>;

export const anchorSchema = statementSchema.extend({
  /** ECDSA on P-256 with SHA-256 (DER), in base64, over the statement as JSON with sorted keys and no spaces. */
  signature: z.string(),
});

export type Anchor = z.output<typeof anchorSchema>;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** The exact text that is signed and hashed. */
export const statementText = ({ signature: _, ...statement }: Statement & { readonly signature?: string }): string =>
  canonicalJson(statement);

export const anchorText = (anchor: Anchor): string => canonicalJson(anchor);

/** Undefined if the text is not an anchor. */
export const parseAnchor = (text: string): Anchor | undefined => {
  try {
    return anchorSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** What the next anchor names as `previous`. Any content has a hash, so the chain continues after a broken anchor. */
export const anchorHash = (text: string): string => {
  const anchor = parseAnchor(text);
  return sha256(anchor === undefined ? text : statementText(anchor));
};

/** The SHA-256 of a key's DER, which identifies it. */
export const fingerprintOf = (publicKey: string): string => sha256(Buffer.from(publicKey, 'base64'));

/** Whether the key that the anchor names has signed it. */
export const isSigned = (anchor: Anchor): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.from(anchor.public_key, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', Buffer.from(statementText(anchor)), key, Buffer.from(anchor.signature, 'base64'));
  } catch {
    return false;
  }
};
