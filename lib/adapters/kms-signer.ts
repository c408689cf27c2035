import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Signer } from '../domain/ports.ts';
import { awsPatience } from './aws-patience.ts';

/** Signs with a KMS key, which never leaves KMS. */
export class KmsSigner implements Signer {
  readonly #client: KMSClient;
  readonly #keyId: string;
  #publicKey: Promise<string> | undefined;

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  async publicKey(): Promise<string> {
    // It never changes. A failure is not cached.
    this.#publicKey ??= this.#readPublicKey();
    try {
      return await this.#publicKey;
    } catch (error) {
      this.#publicKey = undefined;
      throw error;
    }
  }

  async #readPublicKey(): Promise<string> {
    const { PublicKey } = await this.#client.send(new GetPublicKeyCommand({ KeyId: this.#keyId }));
    return base64(PublicKey);
  }

  async sign(text: string): Promise<string> {
    const { Signature } = await this.#client.send(
      new SignCommand({
        KeyId: this.#keyId,
        Message: Buffer.from(text), // an anchor has about 500 bytes, and KMS takes 4,096
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return base64(Signature);
  }
}

const base64 = (bytes: Uint8Array = new Uint8Array()): string => Buffer.from(bytes).toString('base64');

/** The key by ARN, with a client from the environment. */
export const connectKmsSigner = (keyId: string): KmsSigner => new KmsSigner(new KMSClient(awsPatience), keyId);
