import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { FlotillaError } from '../domain/errors.ts';

/** Reads a secret's text. Throws ConfigurationInvalid when it has none yet; no error ever holds its value. */
export const readSecret = async (id: string, client = new SecretsManagerClient({})): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
  if (SecretString === undefined || SecretString === '') {
    throw new FlotillaError('ConfigurationInvalid', `the secret ${id} has no value yet`);
  }
  return SecretString;
};

/**
 * Reads a secret's text, and the one before if there is one: who changes a secret that others have written down somewhere takes
 * the old one away (the stage AWSPREVIOUS) when it stands nowhere any more.
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

/** Puts a secret's text; what was there before is the previous version. */
export const writeSecret = async (id: string, text: string, client = new SecretsManagerClient({})): Promise<void> => {
  await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
};

/** Whether a secret has a value, without reading it. */
export const hasSecretValue = async (id: string, client = new SecretsManagerClient({})): Promise<boolean> => {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: id }));
  return Object.values(VersionIdsToStages).some((stages) => stages.includes('AWSCURRENT'));
};
