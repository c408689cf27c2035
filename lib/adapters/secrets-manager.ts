import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { FlotillaError } from '../domain/errors.ts';

/** Reads a secret's text. Throws ConfigurationInvalid when it has none yet; no error ever holds its value. */
export const readSecret = async (id: string, client = new SecretsManagerClient({})): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
  if (SecretString === undefined || SecretString === '') {
    throw new FlotillaError('ConfigurationInvalid', `the secret ${id} has no value yet`);
  }
  return SecretString;
};
