import { KeySigner, newSigningKey } from '../../../lib/adapters/key-signer.ts';
import type { Anchors } from '../../../lib/domain/ports.ts';

export class MemoryAnchors implements Anchors {
  readonly texts = new Map<number, string>();

  async get(sequence: number): Promise<string | undefined> {
    return this.texts.get(sequence);
  }

  async put(sequence: number, text: string): Promise<boolean> {
    if (this.texts.has(sequence)) return false;
    this.texts.set(sequence, text);
    return true;
  }
}

/** One key for all tests: it takes a moment to make. */
export const testSigner = new KeySigner(newSigningKey());
