import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '../domain/ports.ts';

/** A new key of the kind that signs anchors. */
export const newSigningKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Signs with a key that this process holds. */
export class KeySigner implements Signer {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  async publicKey(): Promise<string> {
    return createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).toString('base64');
  }

  async sign(text: string): Promise<string> {
    return sign('sha256', Buffer.from(text), this.#key).toString('base64');
  }
}
