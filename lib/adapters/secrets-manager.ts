import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { FlotillaError } from '../domain/errors.ts';

/** Reads a secret's text. Throws ConfigurationInvalid if it has none yet. No error ever contains its value. */
export const readSecret = async (id: string, client = new SecretsManagerClient({})): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
  if (SecretString === undefined || SecretString === '') {
    throw new FlotillaError('ConfigurationInvalid', `the secret ${id} has no value yet`);
  }
  return SecretString;
};

/**
 * Reads a secret's text and, if there is one, the previous text. When rotating a secret that others have copied, remove
 * the old one (the stage AWSPREVIOUS) only after the last copy is gone.
 */
export const readSecretVersions = async (id: string, client = new SecretsManagerClient({})): Promise<string[]> => {
  const current = await readSecret(id, client);
  try {
    const before = new GetSecretValueCommand({ SecretId: id, VersionStage: 'AWSPREVIOUS' });
    const { SecretString } = await client.send(before);
    return SecretString === undefined || SecretString === '' ? [current] : [current, SecretString];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [current];
    throw error;
  }
};

/** Writes a secret's text. The old text becomes the previous version. */
export const writeSecret = async (id: string, text: string, client = new SecretsManagerClient({})): Promise<void> => {
  await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
};

/** Whether a secret has a value, without reading it. */
export const hasSecretValue = async (id: string, client = new SecretsManagerClient({})): Promise<boolean> => {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: id }));
  return Object.values(VersionIdsToStages).some((stages) => stages.includes('AWSCURRENT'));
};
