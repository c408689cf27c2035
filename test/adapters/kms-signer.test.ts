import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { KmsSigner } from '../../lib/adapters/kms-signer.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const der = publicKey.export({ format: 'der', type: 'spki' });

const signerOf = () => {
  const client = new KMSClient({ region: 'eu-central-1' });
  return { kms: mockClient(client), signer: new KmsSigner(client, 'arn:key') };
};

test('a KMS signature verifies with its public key, which is read once', async () => {
  const { kms, signer } = signerOf();
  kms.on(GetPublicKeyCommand).resolves({ PublicKey: der });
  kms.on(SignCommand).callsFake(({ KeyId, Message, MessageType, SigningAlgorithm }) => {
    expect([KeyId, MessageType, SigningAlgorithm]).toEqual(['arn:key', 'RAW', 'ECDSA_SHA_256']);
    return { Signature: sign('sha256', Message, privateKey) };
  });
  const text = '{"name":"ж"}';
  const signature = Buffer.from(await signer.sign(text), 'base64');
  const key = createPublicKey({
    ...{ key: Buffer.from(await signer.publicKey(), 'base64'), format: 'der', type: 'spki' },
  });
  expect(verify('sha256', Buffer.from(text), key, signature)).toBe(true);
  await signer.publicKey();
  expect(kms.commandCalls(GetPublicKeyCommand)).toHaveLength(1);
});

test('asks again for a key that it could not read', async () => {
  const { kms, signer } = signerOf();
  kms.on(GetPublicKeyCommand).rejectsOnce(new Error('busy')).resolves({ PublicKey: der });
  await expect(signer.publicKey()).rejects.toThrow('busy');
  expect(await signer.publicKey()).toBe(der.toString('base64'));
});
